import * as vscode from 'vscode'
import { chooseRun } from '../commands/chooseRun.ts'
import { isReadable } from '../runs/shownRun.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { activeTrace } from './pointedAt.ts'
import { queueTitle, QUEUES } from './queueWords.ts'
import { completeTrace } from './ratingCommands.ts'

/** Opens the next trace of the queue (or the one before); where none is open, the first of a run that people choose. */
export const queueCommand = (direction: 1 | -1): CommandHandler => async (shell, ...given) => {
  const trace = activeTrace(shell)
  const run = trace?.place.run ?? (await chooseRun(shell, given, { title: 'Label Traces Inline', fits: isReadable, none: 'There is no run here that can be labelled. Start one with Start Run….' }))?.card.directory
  if (run !== undefined) await openNext(shell, run, trace?.place.id, direction)
}

export const completeAndNext: CommandHandler = async (shell, ...given) => {
  await completeTrace(shell, ...given)
  const trace = activeTrace(shell)
  if (!trace) return
  shell.labelQueue.completed(trace.place)
  await openNext(shell, trace.place.run, trace.place.id, 1)
}

export const chooseQueue: CommandHandler = async (shell) => {
  const items = QUEUES.map(({ kind, title, detail }) => ({ label: title, description: kind === shell.labelQueue.kind ? 'in use' : '', detail, queue: kind }))
  const chosen = await vscode.window.showQuickPick(items, { title: 'Labelling Queue', placeHolder: 'Which traces to label next', matchOnDetail: true })
  if (!chosen) return
  await shell.labelQueue.choose(chosen.queue)
  const trace = activeTrace(shell)
  if (trace) await openNext(shell, trace.place.run, undefined, 1)
}

async function openNext({ labelQueue, traces }: Shell, run: string, current: string | undefined, direction: 1 | -1): Promise<void> {
  const next = await labelQueue.after(run, current, direction)
  if (!next) {
    const which = direction === 1 ? 'Nothing more waits' : 'Nothing stands before this'
    void vscode.window.showInformationMessage(`${which} in the queue “${queueTitle(labelQueue.kind)}”. Choose Labelling Queue… offers others.`)
    return
  }
  traces.asked(next, next.qualityControl)
  await traces.open(next)
}
