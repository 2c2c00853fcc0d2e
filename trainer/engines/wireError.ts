import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node'
import type { Boundary } from '../errors.ts'
import { LabError } from '../errors.ts'

/** A LabError as plain data; `code` of a JSON-RPC error is a number, ours are words. */
export interface WireError {
  readonly boundary: Boundary
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly place?: string
  /** Where it was thrown, for logs. */
  readonly stack?: string
}

const asLabError = (error: unknown): LabError =>
  LabError.is(error)
    ? error
    : new LabError('engine', 'engine/internal', `The engine failed: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error, remedy: 'This is a fault of the engine; please report it with the text above.'
      })

export function toWireError(error: unknown): WireError {
  const known = asLabError(error)
  const { boundary, code, message, remedy, place } = known
  const stack = (known.cause instanceof Error ? known.cause : known).stack
  return { boundary, code, message, remedy, ...(place === undefined ? {} : { place }), ...(stack === undefined ? {} : { stack }) }
}

export const fromWireError = ({ boundary, code, message, remedy, place, stack }: WireError): LabError =>
  new LabError(boundary, code, message, { remedy, ...(place === undefined ? {} : { place }), cause: stack })

/** For the side that answers. */
export function toResponseError(error: unknown): ResponseError<WireError> {
  const wire = toWireError(error)
  return new ResponseError(ErrorCodes.InternalError, wire.message, wire)
}

const isWireError = (data: unknown): data is WireError =>
  typeof data === 'object' && data !== null && ['boundary', 'code', 'message', 'remedy'].every((key) => typeof (data as Record<string, unknown>)[key] === 'string')

/** For the side that asked: the LabError that the other side threw; undefined where the connection itself failed. */
export function fromResponseError(error: unknown): LabError | undefined {
  if (!(error instanceof ResponseError) || !isWireError(error.data)) return undefined
  return fromWireError(error.data)
}
