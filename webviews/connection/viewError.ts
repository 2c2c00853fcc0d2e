import { ErrorCodes, ResponseError } from 'vscode-jsonrpc'

const REQUEST_CANCELLED = -32800

/** An answer that says why it could not be given, for people. */
export class ViewError extends Error {
  /** Stable: the view matches on this. `cancelled` where the page itself gave the request up. */
  readonly code: string
  readonly remedy: string
  readonly place: string | undefined

  constructor(message: string, details: { code: string; remedy: string; place?: string | undefined }) {
    super(message)
    this.name = 'ViewError'
    this.code = details.code
    this.remedy = details.remedy
    this.place = details.place
  }
}

export function isCancelled(error: unknown): boolean {
  return error instanceof ViewError && error.code === 'cancelled'
}

/** Whatever a request rejected with, as a ViewError. */
export function toViewError(error: unknown): ViewError {
  if (error instanceof ViewError) return error
  if (!(error instanceof ResponseError)) return new ViewError(messageOf(error), { code: 'unexpected', remedy: 'Try again; the Rollout Lab log says more.' })
  if (error.code === REQUEST_CANCELLED) return new ViewError('given up', { code: 'cancelled', remedy: '' })
  if (error.code === ErrorCodes.PendingResponseRejected || error.code === ErrorCodes.ConnectionInactive) {
    return new ViewError('The connection to VS Code was closed.', { code: 'closed', remedy: 'Close this view and open it again.' })
  }
  const data = isRecord(error.data) ? error.data : {}
  return new ViewError(error.message, {
    code: textOf(data['code']) ?? 'unexpected',
    remedy: textOf(data['remedy']) ?? 'Try again; the Rollout Lab log says more.',
    place: textOf(data['place'])
  })
}

/** What went wrong and what helps, in a line. */
export function errorWords(error: unknown): string {
  const { message, remedy } = toViewError(error)
  return `${message} ${remedy}`
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
