import * as vscode from 'vscode'
import type { StepRating } from '../../trainer/protocol/label.ts'
import { NO_TRACE } from '../comments/commentCommands.ts'
import type { CommandHandler } from '../shell.ts'
import type { Saying } from '../traces/newRecord.ts'
import { activeTrace, pointedAt } from './pointedAt.ts'
import { complete, judge, markFirstError, nextVerdict, rateStep, toggleFlag } from './sayings.ts'
import type { Judged } from './sayings.ts'

export const rateCommand = (rating: StepRating): CommandHandler => onStep((judged, step) => rateStep(judged, step, rating))
export const markFirstErrorCommand: CommandHandler = onStep(markFirstError)
export const markNoError: CommandHandler = onTrace((judged) => markFirstError(judged, null))
export const judgeCommand = (right: boolean): CommandHandler => onTrace((judged) => judge(judged, right))
export const turnVerdict: CommandHandler = onTrace(nextVerdict)
export const flagTrace: CommandHandler = onTrace(toggleFlag)
export const completeTrace: CommandHandler = onTrace(complete)

export const undoLabel: CommandHandler = async (shell) => {
  const trace = activeTrace(shell)
  if (!trace) return void vscode.window.showInformationMessage(NO_TRACE)
  const undone = await shell.labels.undo(trace.place.run)
  if (undone.length === 0) vscode.window.setStatusBarMessage('Nothing of this window is left to undo in this run.', 4000)
}

/** The trace in the inspector, with its tokens and its group. */
export const inspectTrace: CommandHandler = async (shell) => {
  const trace = activeTrace(shell)
  if (trace) await shell.views.openInspector({ runs: [trace.place.run], rollout: trace.place })
  else void vscode.window.showInformationMessage(NO_TRACE)
}

/** Moves the cursor to the heading of the step after (or before) the one it is in. */
export const stepCommand = (direction: 1 | -1): CommandHandler => async (shell) => {
  const editor = vscode.window.activeTextEditor
  const trace = activeTrace(shell)
  if (!editor || !trace) return
  const { line } = editor.selection.active
  const headings = trace.projection.steps.map(({ heading }) => heading).sort((a, b) => a - b)
  const to = direction === 1 ? headings.find((heading) => heading > line) : headings.findLast((heading) => heading < line)
  if (to === undefined) return
  const place = new vscode.Position(to, 0)
  editor.selection = new vscode.Selection(place, place)
  editor.revealRange(new vscode.Range(place, place), vscode.TextEditorRevealType.InCenterIfOutsideViewport)
}

function onTrace(sayings: (judged: Judged) => readonly Saying[]): CommandHandler {
  return async (shell, given) => {
    const pointed = pointedAt(shell, given)
    if (pointed) await shell.traces.say(pointed.trace, sayings(pointed.judged))
    else void vscode.window.showInformationMessage(NO_TRACE)
  }
}

function onStep(sayings: (judged: Judged, step: number) => readonly Saying[]): CommandHandler {
  return async (shell, given) => {
    const pointed = pointedAt(shell, given)
    if (!pointed) return void vscode.window.showInformationMessage(NO_TRACE)
    if (pointed.step === undefined) return void vscode.window.setStatusBarMessage('The cursor is in no step: j and k go to the next and the one before.', 4000)
    await shell.traces.say(pointed.trace, sayings(pointed.judged, pointed.step))
  }
}
