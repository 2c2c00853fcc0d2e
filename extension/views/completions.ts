import type { Completion } from '../../webviews/protocol/playground.ts'

const PAUSE_MS = 60

/** Makes whole texts of the lines of `sample --json --partial`, and tells of each completion a few times a second. */
export function gatherCompletions(tell: (completion: Completion) => void): { readonly take: (line: unknown) => void; readonly flush: () => void } {
  const texts = new Map<number, string>()
  const changed = new Set<number>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    for (const index of changed) tell({ index, text: texts.get(index) ?? '', done: false })
    changed.clear()
  }
  const take = (line: unknown) => {
    if (typeof line !== 'object' || line === null || !('index' in line) || typeof line.index !== 'number') return
    const { index } = line
    if ('added' in line && typeof line.added === 'string') {
      texts.set(index, (texts.get(index) ?? '') + line.added)
      changed.add(index)
      timer ??= setTimeout(flush, PAUSE_MS)
    } else if ('text' in line && typeof line.text === 'string') {
      changed.delete(index)
      tell({ index, text: line.text, done: true, ...endOf(line) })
    }
  }
  return { take, flush }
}

function endOf(line: object): Pick<Completion, 'stopReason' | 'tokens' | 'meanLogprob'> {
  const { stopReason, tokens, logprob } = line as Record<'stopReason' | 'tokens' | 'logprob', unknown>
  return {
    ...(typeof stopReason === 'string' ? { stopReason } : {}),
    ...(typeof tokens === 'number' ? { tokens } : {}),
    ...(typeof tokens === 'number' && tokens > 0 && typeof logprob === 'number' ? { meanLogprob: logprob / tokens } : {})
  }
}
