/** An error of one of the extension's processes, for people: the message says what is wrong, the remedy what to do. */
export class QueryHostError extends Error {
  readonly boundary: string
  readonly code: string
  readonly remedy: string
  readonly place: string | undefined

  constructor(message: string, data: { readonly boundary: string; readonly code: string; readonly remedy: string; readonly place?: string | undefined }) {
    super(message)
    this.name = 'QueryHostError'
    this.boundary = data.boundary
    this.code = data.code
    this.remedy = data.remedy
    this.place = data.place
  }
}

/** The request was cancelled by its sender, which shows nothing of it. */
export const isCancelled = (error: unknown): boolean => error instanceof QueryHostError && error.code === 'cancelled'
