import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import type { ListedRun, Services } from '../services.ts'
import { share } from '../terminal/numbers.ts'
import { plainLine } from '../terminal/plainText.ts'
import { table } from '../terminal/table.ts'

/** Lists the runs under this folder, newest first, with held-out pass@1 before and after. */
export function runsCommand(host: Host, services: Services, { json }: { readonly json: boolean }): ExitCode {
  const runs = services.listRuns(host.cwd)
  if (json) {
    for (const run of runs) host.stdout.write(`${JSON.stringify(run)}\n`)
    return EXIT.finished
  }
  if (runs.length === 0) {
    host.stdout.write(`No runs here yet. Start one with: ${host.command} run FILE\n`)
    return EXIT.finished
  }
  host.stdout.write(`${table([['run', 'state', 'step', 'pass@1', 'last sign'], ...runs.map(row)])}\n`)
  host.stdout.write(`  Go on with a stopped run: ${host.command} resume DIRECTORY\n`)
  return EXIT.finished
}

function row(run: ListedRun): string[] {
  const step = run.step === undefined ? '–' : `${run.step}/${run.steps}`
  return [plainLine(run.directory), plainLine(stateOf(run)), step, figures(run), run.updatedAt?.slice(0, 19).replace('T', ' ') ?? '–']
}

const stateOf = ({ status, problem }: ListedRun): string => (problem === undefined ? status : status === 'damaged' ? problem : `${status}; ${problem}`)
const cell = (value: number | undefined): string => (value === undefined ? '–' : share(value))
const figures = ({ passAt1 }: ListedRun): string => (passAt1 === undefined ? '–' : `${cell(passAt1.before)} → ${cell(passAt1.after)}`)
