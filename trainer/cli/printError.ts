import { LabError } from '../errors.ts'
import { RunFileError } from '../runFiles/runFileError.ts'
import { diskError } from '../stores/diskGuard.ts'
import { EXIT } from './exitCodes.ts'
import type { ExitCode } from './exitCodes.ts'
import type { Host } from './host.ts'
import { runnable } from './runnable.ts'
import { stylesFor } from './terminal/styles.ts'
import { plainText } from './terminal/plainText.ts'

/** Bad input of people, as against something that went wrong on the way. */
const INPUT_BOUNDARIES: ReadonlySet<string> = new Set(['runFile', 'dataset', 'model', 'trust', 'usage'])
const INPUT_CODES: ReadonlySet<string> = new Set([
  'environment/unknown', 'environment/bad-options', 'environment/bad-mix', 'environment/no-problem', 'environment/no-solution',
  'environment/prompt-too-long', 'environment/empty-prompt', 'environment/model-mismatch',
  'engine/unknown-word', 'engine/empty-prompt', 'engine/context-length', 'engine/sampling', 'engine/missing-capability', 'engine/not-in-build',
  'environment/no-program', 'environment/no-programs', 'workspace/no-function', 'workspace/no-runner', 'workspace/uncommitted', 'workspace/not-covered', 'workspace/unknown-tests', 'workspace/nothing-fails', 'workspace/nothing-to-edit',
  'sandbox/missing-export', 'sandbox/missing-function', 'sandbox/not-loadable', 'not-a-run', 'store/not-a-run', 'run-exists', 'store/run-exists'
])

/** Whether people have to change what they gave: doing the same again would fail again. */
export const isBadInput = (error: unknown): boolean => LabError.is(error) && (INPUT_BOUNDARIES.has(error.boundary) || INPUT_CODES.has(error.code))

/** Prints what went wrong, where, and what to do; a stack only where LAB_DEBUG=1 asks for it. */
export function printError(host: Host, error: unknown): ExitCode {
  const told = refusedBySystem(error) ?? error
  const styles = stylesFor(host.stderr, host.env)
  const readByProgram = host.env['LAB_ERROR_CODES'] === '1'
  const print = (text: string): unknown => host.stderr.write(`${plainText(readByProgram ? text : runnable(host, text))}\n`)
  host.stderr.write(styles.bad('error: '))
  for (const line of LabError.is(told) ? labErrorLines(told) : unknownErrorLines(told)) print(line)
  if (host.env['LAB_DEBUG'] === '1') print(stackOf(error))
  // A program that reads this tells errors apart by their code, never by their words.
  if (readByProgram && LabError.is(told)) print(`code: ${told.code}`)
  return isBadInput(told) ? EXIT.usage : EXIT.failed
}

/** What a disk or its rights answer with: nobody's fault here. */
const REFUSALS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'])

function refusedBySystem(error: unknown): unknown {
  const { code, path } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  return code !== undefined && path !== undefined && REFUSALS.has(code) ? diskError(path, error) : undefined
}

function labErrorLines(error: LabError): string[] {
  const single = error instanceof RunFileError && error.mistakes.length === 1
  const several = error instanceof RunFileError && !single
  const at = error.place === undefined || several ? [] : [`  at ${error.place}`]
  return single ? [`${error.message} ${error.remedy}`, ...at] : [error.message, ...at, `  ${error.remedy}`]
}

function unknownErrorLines(error: unknown): string[] {
  const message = error instanceof Error ? error.message : String(error)
  return [message, '  This is a fault of Rollout Lab itself; LAB_DEBUG=1 shows where it arose.']
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? String(error.stack) : `${error.stack}\ncaused by ${stackOf(error.cause)}`
}
