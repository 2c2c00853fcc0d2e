import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { openHere } from '../openHere.ts'
import { noticesOf, printNotices } from '../printNotices.ts'
import { problemStream } from '../problemStream.ts'
import { MODULE_SECONDS } from '../services.ts'
import type { Services } from '../services.ts'
import { parseSplit } from '../split.ts'

export interface ProblemsOptions {
  readonly split: string
  readonly count: number
  readonly seed: number
  readonly options: Record<string, unknown>
}

/** Prints problems of an environment, one JSON object a line. */
export async function problemsCommand(host: Host, services: Services, environment: string, options: ProblemsOptions): Promise<ExitCode> {
  const split = parseSplit(options.split)
  const workspace = services.openWorkspace(host.cwd, { trustWorkspace: false, deadlineSeconds: MODULE_SECONDS })
  const opened = await openHere(workspace, environment, options.options, 'ENVIRONMENT')
  printNotices(host, noticesOf([opened]))
  let written = 0
  for (const problem of problemStream(opened, split, options.seed)) {
    if (written === options.count) break
    host.stdout.write(`${JSON.stringify(problem)}\n`)
    written++
  }
  if (written < options.count) host.stderr.write(`There are only ${written} different problems with these options.\n`)
  return EXIT.finished
}
