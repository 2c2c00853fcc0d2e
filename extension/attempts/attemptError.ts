/** What cannot be shown or run of an attempt; `code` and `remedy` reach the page. */
export class AttemptError extends Error {
  readonly code: string
  readonly remedy: string

  constructor(message: string, remedy: string, code = 'attempt') {
    super(message)
    this.code = code
    this.remedy = remedy
  }
}
