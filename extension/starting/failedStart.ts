import type { FailedStart } from '../contracts/trainers.ts'
import { plainLine } from '../plainText.ts'
import { isRefusal } from './refusals.ts'

export const START_AGAIN = 'Start Again…'

/** What is said of a queued start that failed, and how people can answer. Nobody is asked when a turn comes: they may be away. */
export function failedStartNotice({ label, error }: FailedStart): { readonly message: string; readonly answers: readonly string[] } {
  const message = `${plainLine(label, 80)} could not start. ${plainLine(error instanceof Error ? error.message : String(error), 400)}`
  return isRefusal(error) ? { message: `${message} “${START_AGAIN}” asks you first.`, answers: [START_AGAIN] } : { message, answers: [] }
}
