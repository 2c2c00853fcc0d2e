/** What a module threw, as the trainer is told of it. Runs inside the module process. */
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node'

/** Place of the innermost frame that lies in a file of the user: `reward.ts:7`. Columns are those of the code without types. */
export function placeOf(error: unknown, sources: ReadonlySet<string>): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const [, url, line] of stack.matchAll(/\(?(file:\/\/[^\s)]+?):(\d+)(?::\d+)?\)?$/gm)) {
    if (sources.has(url!)) return `${basename(fileURLToPath(url!))}:${line}`
  }
  return undefined
}

/** The user's own message with its place: vscode-jsonrpc would put words of its own before that of any other error. */
export function thrownByModule(error: unknown, sources: ReadonlySet<string>): ResponseError<void> {
  const message = error instanceof Error ? error.message || error.name : `threw ${String(error)}`
  const place = placeOf(error, sources)
  return new ResponseError(ErrorCodes.InternalError, place === undefined || message.includes(place) ? message : `${message} (${place})`)
}
