import { fileURLToPath } from 'node:url'
import { compose } from './cli/compose.ts'
import { processHost } from './cli/host.ts'
import { runCommandLine } from './cli/program.ts'

/** Runs the command line in this process with the parts that ship. Resolves to the exit code. */
export function main(args: readonly string[]): Promise<number> {
  const root = fileURLToPath(new URL('..', import.meta.url))
  return runCommandLine(args, processHost(), compose(root))
}
