import { fileURLToPath } from 'node:url'
import { compose } from './cli/compose.ts'
import { processHost } from './cli/host.ts'
import { printError } from './cli/printError.ts'
import { runCommandLine } from './cli/program.ts'

/** Runs the command line in this process with the parts that ship. Resolves to the exit code. */
export function main(args: readonly string[]): Promise<number> {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const host = processHost()
  // What nobody waited for must not end in a stack trace either.
  process.on('uncaughtException', (error) => process.exit(printError(host, error)))
  return runCommandLine(args, host, compose(root))
}
