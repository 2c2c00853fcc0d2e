import { LabError } from '../../errors.ts'
import { openRun, readRunRecord } from '../../stores/runDirectory.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { givenFolder } from '../givenPlaces.ts'
import type { Host } from '../host.ts'
import { canBeResumed } from '../newRunFolder.ts'
import { quoteArgument } from '../quoteArgument.ts'
import { amount } from '../terminal/numbers.ts'

/** The line of `--json`. */
export interface CompactedLine {
  readonly type: 'compacted'
  readonly steps: number
}

/** Moves the sealed steps of a run that another program recorded into Parquet shards: smaller, and opened at once. Ours are compacted as they go. */
export async function compactCommand(host: Host, named: string, { json }: { readonly json: boolean }): Promise<ExitCode> {
  const directory = givenFolder(host, named, { remedy: `List the runs made here with: ${host.command} runs` })
  requireRecorded(host, directory, named)
  const run = await openRun(directory, { report: ({ what, detail }) => void host.stderr.write(`${what}: ${detail}\n`) })
  try {
    const steps = await run.rollouts.compact({ throughStep: Number.MAX_SAFE_INTEGER, all: true })
    const line: CompactedLine = { type: 'compacted', steps }
    host.stdout.write(json ? `${JSON.stringify(line)}\n` : steps === 0 ? 'Nothing to compact.\n' : `Compacted the rollouts of ${amount(steps)} steps and evaluations.\n`)
    return EXIT.finished
  } finally {
    run.close()
  }
}

function requireRecorded(host: Host, directory: string, named: string): void {
  if (readRunRecord(directory).recorded !== undefined) return
  const remedy = canBeResumed(directory) ? `Go on with it: ${host.command} resume ${quoteArgument(named)}` : 'It is finished, and there is nothing to do.'
  throw new LabError('usage', 'usage/own-run', `${named} is a run of this trainer, which compacts its runs itself.`, { place: named, remedy })
}
