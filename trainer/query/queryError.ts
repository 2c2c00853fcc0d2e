import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node'
import { LabError } from '../errors.ts'
import type { QueryErrorData } from '../protocol/queries.ts'

/** JSON-RPC's word for a request that its sender no longer wants (LSP 3.17). */
export const REQUEST_CANCELLED = -32800

/** An error as it crosses to the extension. */
export function toResponseError(error: unknown): ResponseError<QueryErrorData> {
  const known = LabError.is(error) ? error : internal(error)
  const { boundary, code, remedy, place } = known
  const number = code === 'cancelled' ? REQUEST_CANCELLED : code === 'wrong-parameters' ? ErrorCodes.InvalidParams : ErrorCodes.InternalError
  return new ResponseError(number, known.message, { boundary, code, remedy, ...(place === undefined ? {} : { place }) })
}

export const cancelled = (): LabError => new LabError('usage', 'cancelled', 'the request was cancelled', { remedy: 'Ask again.' })

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled()
}

function internal(error: unknown): LabError {
  return new LabError('store', 'internal', `The query process failed: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error, remedy: 'This is a fault of Rollout Lab; please report it with the text above.'
  })
}
