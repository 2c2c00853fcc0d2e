import * as vscode from 'vscode'
import { LABEL_TEXT } from '../../trainer/protocol/label.ts'
import type { Label } from '../../trainer/protocol/label.ts'
import { takeOver } from '../ratings/draftCommands.ts'
import { decisionOn } from '../ratings/drafts.ts'
import { isLensArgument } from '../ratings/pointedAt.ts'
import type { LensArgument } from '../ratings/pointedAt.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { anchorAt } from '../traces/newRecord.ts'
import type { Saying } from '../traces/newRecord.ts'
import type { Trace } from '../traces/traces.ts'
import { keepText } from './keepText.ts'
import { editOf, textOf, withText } from './threadTexts.ts'
import { isLabelComment, setMode } from './threads.ts'
import type { TraceThreads } from './threads.ts'

export const NO_TRACE = 'Open a trace as a text document first: Label Traces Inline opens the next one that waits for labels.'

/** On the step whose lens was clicked; by key or from the palette, on what is selected. */
export const critiqueSelection: CommandHandler = async ({ comments, traces }, given) => {
  const lens = isLensArgument(given) ? given : undefined
  const editor = lens ? await editorOf(lens) : vscode.window.activeTextEditor
  if (editor && traces.of(editor.document.uri)) await comments.begin(editor, lens?.step === undefined ? undefined : { segment: lens.segment, step: lens.step })
  else void vscode.window.showInformationMessage(NO_TRACE)
}

/** VS Code begins threads in the editor that has the focus. */
async function editorOf({ trace }: LensArgument): Promise<vscode.TextEditor> {
  const { activeTextEditor: active } = vscode.window
  return active?.document.uri.toString() === trace ? active : vscode.window.showTextDocument(vscode.Uri.parse(trace, true))
}

/** Writes what a new thread holds, as one of these kinds. */
export const createCommand = (kind: 'critique' | 'note' | 'better'): CommandHandler => async (shell, given) => {
  if (!isReply(given)) return
  const place = shell.comments.on(given.thread)
  if (!place) throw new Error('This text is not a trace that can be labelled. Open the rollout again.')
  const { trace } = place
  const anchor = anchorAt(trace.rollout, shell.comments.meant(trace, given.thread))
  const text = fitting(given.text)
  const [written] = await keepText(text, () => say(shell, trace, [{ opinion: kind === 'better' ? { kind, of: anchor.step === undefined ? 'trace' : 'step', text } : { kind, text }, anchor }]))
  if (written) await shell.comments.written(trace, given.thread, written)
}

export const replyToThread: CommandHandler = async (shell, given) => {
  const place = isReply(given) ? placeOf(shell, given.thread) : undefined
  if (!place || !isReply(given)) return
  const text = fitting(given.text)
  await keepText(text, () => say(shell, place.trace, [{ opinion: { kind: 'reply', to: place.label.id, text }, anchor: place.label.anchor }]))
}

export const resolveCommand = (resolved: boolean): CommandHandler => async (shell, given) => {
  const place = isThread(given) ? placeOf(shell, given) : undefined
  if (place) await say(shell, place.trace, [{ opinion: { kind: 'resolved', of: place.label.id, resolved }, anchor: place.label.anchor }])
}

export const editComment: CommandHandler = async (shell, given) => {
  const place = commentPlace(shell, given)
  if (place) setMode(place.thread, place.label, vscode.CommentMode.Editing)
}

export const cancelComment: CommandHandler = async (shell, given) => {
  const place = commentPlace(shell, given)
  if (place) setMode(place.thread, place.label, vscode.CommentMode.Preview)
}

/** VS Code has put what was written into the comment's body. */
export const saveComment: CommandHandler = async (shell, given) => {
  const place = commentPlace(shell, given)
  if (!place || !isLabelComment(given)) return
  const { trace, thread, label } = place
  const text = fitting(typeof given.body === 'string' ? given.body : given.body.value)
  if (label.draft) return keepText(text, () => takeOver(shell, trace, label.anchor.segment, [{ draft: label, opinion: text === textOf(label) ? label.opinion : (withText(label, text) ?? label.opinion) }]))
  setMode(thread, label, vscode.CommentMode.Preview)
  const edit = editOf(label, text)
  if (edit) await keepText(text, () => say(shell, trace, [edit]))
}

export const deleteComment: CommandHandler = async (shell, given) => {
  const place = commentPlace(shell, given)
  if (place) await say(shell, place.trace, [{ opinion: { kind: 'deleted', of: place.label.id }, anchor: place.label.anchor }])
}

export const acceptDraft: CommandHandler = async (shell, given) => {
  const place = commentPlace(shell, given) ?? (isThread(given) ? placeOf(shell, given) : undefined)
  if (place) await takeOver(shell, place.trace, place.label.anchor.segment, [{ draft: place.label, opinion: place.label.opinion }])
}

export const rejectDraft: CommandHandler = async (shell, given) => {
  const place = commentPlace(shell, given) ?? (isThread(given) ? placeOf(shell, given) : undefined)
  if (place) await say(shell, place.trace, [decisionOn(place.label, 'rejected')])
}

const say = ({ traces }: Shell, trace: Trace, sayings: readonly Saying[]) => traces.say(trace, sayings)

/** What was written, fit for a label. */
function fitting(text: string): string {
  if (text.trim() === '') throw new Error('Nothing was written. Type what is wrong, then save.')
  if (text.length > LABEL_TEXT) throw new Error(`The text has ${text.length} characters, a label has room for ${LABEL_TEXT}. Shorten it, then save.`)
  return text
}

function placeOf(shell: Shell, thread: vscode.CommentThread): { readonly trace: Trace; readonly threads: TraceThreads; readonly label: Label } | undefined {
  const place = shell.comments.on(thread)
  const label = place?.threads.labelOf(place.trace, thread)
  return place && label && { ...place, label }
}

/** The thread and newest version of a comment's label. */
function commentPlace(shell: Shell, given: unknown): { readonly trace: Trace; readonly thread: vscode.CommentThread; readonly label: Label } | undefined {
  return isLabelComment(given) ? shell.comments.find(given.of) : undefined
}

const isReply = (given: unknown): given is vscode.CommentReply => typeof given === 'object' && given !== null && 'text' in given && typeof given.text === 'string' && 'thread' in given && isThread(given.thread)
const isThread = (given: unknown): given is vscode.CommentThread => typeof given === 'object' && given !== null && 'uri' in given && 'comments' in given && Array.isArray(given.comments)
