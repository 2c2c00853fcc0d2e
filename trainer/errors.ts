/** The edge of the trainer at which something went wrong. */
export type Boundary = 'runFile' | 'dataset' | 'model' | 'engine' | 'environment' | 'reward' | 'algorithm' | 'sandbox' | 'store' | 'control' | 'trust' | 'usage'

/**
 * An error meant for people: what is wrong, where, and what to do. Everything thrown on purpose in the trainer is one.
 * `code` is stable (tests and views match on it, never on the text).
 */
export class LabError extends Error {
  readonly boundary: Boundary
  readonly code: string
  readonly remedy: string
  /** File, line and column, tensor name … whichever apply. */
  readonly place: string | undefined

  constructor(boundary: Boundary, code: string, message: string, options: { remedy: string; place?: string; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.name = 'LabError'
    this.boundary = boundary
    this.code = code
    this.remedy = options.remedy
    this.place = options.place
  }

  static is(error: unknown, code?: string): error is LabError {
    return error instanceof LabError && (code === undefined || error.code === code)
  }
}
