/** What could not be done with a trainer, in words for people: the message says what to do. `code` is stable. */
export class LabHostError extends Error {
  readonly code: string
  readonly remedy: string

  constructor(code: string, message: string, remedy: string, cause?: unknown) {
    super(`${message} ${remedy}`, { cause })
    this.name = 'LabHostError'
    this.code = code
    this.remedy = remedy
  }
}
