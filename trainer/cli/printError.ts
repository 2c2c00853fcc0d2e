import { LabError } from '../errors.ts'
import { RunFileError } from '../runFiles/runFileError.ts'
import { EXIT } from './exitCodes.ts'
import type { ExitCode } from './exitCodes.ts'
import type { Host } from './host.ts'
import { stylesFor } from './terminal/styles.ts'
import { plainText } from './terminal/plainText.ts'

/** Bad input of people, as against something that went wrong on the way. */
const INPUT_BOUNDARIES: ReadonlySet<string> = new Set(['runFile', 'dataset', 'model', 'trust', 'usage'])

/**
 * Prints what went wrong, where, and what to do; a stack only where LAB_DEBUG=1 asks for it.
 * @param log a file that may say more.
 */
export function printError(host: Host, error: unknown, log?: string): ExitCode {
  const styles = stylesFor(host.stderr, host.env)
  const print = (text: string): unknown => host.stderr.write(`${plainText(text)}\n`)
  host.stderr.write(styles.bad('error: '))
  for (const line of LabError.is(error) ? labErrorLines(error) : unknownErrorLines(error, log)) print(line)
  if (host.env['LAB_DEBUG'] === '1') print(stackOf(error))
  return LabError.is(error) && INPUT_BOUNDARIES.has(error.boundary) ? EXIT.usage : EXIT.failed
}

function labErrorLines(error: LabError): string[] {
  const single = error instanceof RunFileError && error.mistakes.length === 1
  const several = error instanceof RunFileError && !single
  const at = error.place === undefined || several ? [] : [`  at ${error.place}`]
  return single ? [`${error.message} ${error.remedy}`, ...at] : [error.message, ...at, `  ${error.remedy}`]
}

function unknownErrorLines(error: unknown, log: string | undefined): string[] {
  const message = error instanceof Error ? error.message : String(error)
  const where = log === undefined ? [] : [`  The log may say more: ${log}`]
  return [message, ...where, '  This is a fault of Rollout Lab itself; LAB_DEBUG=1 shows where it arose.']
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? String(error.stack) : `${error.stack}\ncaused by ${stackOf(error.cause)}`
}
