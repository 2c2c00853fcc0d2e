/** Why a rollout got no draft. */
export type FailureCode =
  | 'alreadyDrafted' | 'gone' | 'nothingToCheck' | 'promptTooLong' | 'unknownWord' | 'overCap' | 'unreachable' | 'refused' | 'rateLimited' | 'noAnswer' | 'tooLong' | 'notJson' | 'notAReview'
  | 'notAsked' | 'failed'

/** A review that did not come: counted and told, never taken for an opinion. */
export class SuggestionFailure extends Error {
  readonly code: FailureCode
  /** No other request of the batch would fare better. */
  readonly forAll: boolean

  constructor(code: FailureCode, message: string, { forAll = false, cause }: { readonly forAll?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause })
    this.name = 'SuggestionFailure'
    this.code = code
    this.forAll = forAll
  }
}

const WORDS: Readonly<Record<FailureCode, string>> = {
  alreadyDrafted: 'had drafts of this source that nobody decided on yet',
  gone: 'could not be read',
  nothingToCheck: 'without recorded truth of steps or answer',
  promptTooLong: 'too long to send',
  unknownWord: 'with words that the critic does not know',
  overCap: 'left out at the cap of the batch',
  unreachable: 'without connection',
  refused: 'refused',
  rateLimited: 'refused for the rate of requests',
  noAnswer: 'without an answer in time',
  tooLong: 'with an answer of too great a length',
  notJson: 'with an answer that is not the JSON asked for',
  notAReview: 'with an answer that is no review of these steps',
  notAsked: 'not asked after that',
  failed: 'failed'
}

/** `2 without an answer in time, 1 refused`, in the order in which they came. */
export function failureText(failures: readonly SuggestionFailure[]): string {
  const counts = new Map<FailureCode, number>()
  for (const { code } of failures) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, count]) => `${count} ${WORDS[code]}`).join(', ')
}
