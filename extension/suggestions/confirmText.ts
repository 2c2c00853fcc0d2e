import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { plainLine, plainText } from '../plainText.ts'
import type { Sending } from './suggester.ts'

/** Longest prompt that a dialog of the operating system has room for, in characters; longer ones are opened as a document. */
export const DIALOG_PROMPT = 1000

export interface Confirmation {
  readonly message: string
  readonly detail: string
  /** The whole of one prompt, as it is sent, where the dialog has no room for it. */
  readonly document?: string
}

/** What people are asked before texts leave for a model: how many, which model, and one prompt word for word. */
export function confirmText(title: string, { to, terms, promptOf }: Sending, rollouts: readonly Rollout[]): Confirmation {
  const [first] = rollouts
  if (!first) throw new Error('There is nothing to send.')
  const prompt = promptOf(first)
  const count = rollouts.length === 1 ? '1 rollout' : `${rollouts.length} rollouts`
  const long = prompt.length > DIALOG_PROMPT
  const sample = long ? `The document behind this question shows the prompt for ${plainLine(first.id, 60)} as it will be sent.` : `For ${plainLine(first.id, 60)}, exactly this is sent:\n\n${plainText(prompt)}`
  return {
    message: `Send ${count} to ${plainLine(title, 120)}?`,
    detail: [`The texts of problem and solution go to ${plainLine(to, 120)}, one prompt each; what comes back is kept as drafts.`, ...terms, sample].join('\n\n'),
    ...(long ? { document: prompt } : {})
  }
}
