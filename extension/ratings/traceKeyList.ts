import type { CommandName } from '../commands/commandNames.ts'

/** Keys in the document of a trace, as package.json binds them, and what they do. */
export const TRACE_KEYS: readonly { readonly keys: string; readonly does: string; readonly command: CommandName }[] = [
  { keys: 'j', does: 'Next step', command: 'nextStep' },
  { keys: 'k', does: 'Previous step', command: 'previousStep' },
  { keys: '+ or =', does: 'Rate the step great', command: 'rateGreat' },
  { keys: '0', does: 'Rate the step okay', command: 'rateOkay' },
  { keys: '-', does: 'Rate the step bad', command: 'rateBad' },
  { keys: 'u', does: 'Unsure about the step', command: 'rateUnsure' },
  { keys: 'e', does: 'This is the first wrong step', command: 'markFirstError' },
  { keys: 'n', does: 'No step is wrong', command: 'markNoError' },
  { keys: 'v', does: 'Verdict: right, wrong, none', command: 'turnVerdict' },
  { keys: 'c', does: 'Critique the selection, the line or the step', command: 'critiqueSelection' },
  { keys: 'a', does: 'Accept the drafts of the step', command: 'acceptDrafts' },
  { keys: 'x', does: 'Reject the drafts of the step', command: 'rejectDrafts' },
  { keys: 'f', does: 'Flag the trace', command: 'flagTrace' },
  { keys: 'z', does: 'Undo the last label', command: 'undoLabel' },
  { keys: 'Ctrl+Enter, ⌘+Enter', does: 'Complete the trace and go on', command: 'completeAndNext' },
  { keys: '.', does: 'Next trace of the queue', command: 'nextTrace' },
  { keys: ',', does: 'Previous trace of the queue', command: 'previousTrace' },
  { keys: 'i', does: 'Show in the trace inspector', command: 'inspectTrace' }
]
