import type * as vscode from 'vscode'
import type { PartialText } from '../../trainer/protocol/control.ts'
import type { Trainers } from '../contracts/trainers.ts'

const NOTICE_INTERVAL_MS = 100
/** A page shows the end of a text that is being written. */
const TEXT_CHARACTERS = 2000

/** Hands on texts that are being sampled in the given runs: the newest of each completion, at most ten notices a second. */
export function gatherPartials(
  trainers: Pick<Trainers, 'onPartial'>,
  runs: readonly string[],
  tell: (notice: { readonly run: string; readonly partials: readonly PartialText[] }) => void
): vscode.Disposable {
  const waiting = new Map<string, Map<string, PartialText>>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    timer = undefined
    for (const [run, partials] of waiting) tell({ run, partials: [...partials.values()] })
    waiting.clear()
  }
  const listening = trainers.onPartial(({ directory, partial }) => {
    if (!runs.includes(directory)) return
    const ofRun = waiting.get(directory) ?? new Map<string, PartialText>()
    waiting.set(directory, ofRun)
    ofRun.set(`${partial.kind} ${partial.step} ${partial.group} ${partial.sampleIndex}`, { ...partial, text: partial.text.slice(-TEXT_CHARACTERS) })
    timer ??= setTimeout(flush, NOTICE_INTERVAL_MS)
  })
  return {
    dispose: () => {
      clearTimeout(timer)
      listening.dispose()
    }
  }
}
