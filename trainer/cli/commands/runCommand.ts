import { join, resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import { loadRunFile } from '../../runFiles/loadRunFile.ts'
import type { LoadedRunFile } from '../../runFiles/loadRunFile.ts'
import { jsonDisplay } from '../display/jsonDisplay.ts'
import { terminalDisplay } from '../display/terminalDisplay.ts'
import type { RunDisplay } from '../display/runDisplay.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { requireUnused } from '../newRunFolder.ts'
import { planText, planOf } from '../plan.ts'
import { printNotices } from '../printNotices.ts'
import { studyResult, studyText } from '../seedStudy.ts'
import type { RunOutcome, Services } from '../services.ts'
import { launchRequest, watched } from '../watchRun.ts'
import type { Consents } from '../watchRun.ts'
import { askAccess, makeAndRemove, requireWritable, WRITABLE_OUT } from '../writableFolder.ts'

export interface RunOptions {
  readonly set: readonly string[]
  readonly seed?: number
  /** Runs that differ in their seed alone. */
  readonly seeds?: number
  readonly out?: string
  readonly json: boolean
  readonly dryRun: boolean
  readonly trustWorkspace: boolean
  readonly unsafeSandbox: boolean
  /** `--no-git` makes it false. */
  readonly git: boolean
  /** Names of cheats that the rewards may pay. */
  readonly acceptPaidCheats: readonly string[]
}

/** Trains what a run file says. */
export async function runCommand(host: Host, services: Services, file: string, options: RunOptions): Promise<ExitCode> {
  if (options.seed !== undefined && options.seeds !== undefined) throw seedsTwice()
  const settings = options.seed === undefined ? options.set : [...options.set, `seed=${options.seed}`]
  const loaded = loadRunFile(resolve(host.cwd, file), settings, services.catalogue, file)
  const directory = options.out === undefined ? services.newRunDirectory(loaded.run, host.cwd) : resolve(host.cwd, options.out)
  requireUnused(host, directory)
  requireWritable(directory, WRITABLE_OUT, options.dryRun ? askAccess : makeAndRemove)
  if (options.dryRun) return showPlan(host, services, loaded, directory, options)
  const display = options.json ? jsonDisplay(host) : terminalDisplay(host)
  return options.seeds === undefined
    ? await runShown(host, services, loaded, directory, display, options)
    : await runSeeds(host, services, loaded, directory, display, { ...options, seeds: options.seeds })
}

const trustOf = ({ trustWorkspace, unsafeSandbox, git, acceptPaidCheats }: RunOptions): Consents => ({ trustWorkspace, unsafeSandbox, asksGit: git, acceptPaidCheats })

function seedsTwice(): LabError {
  return new LabError('usage', 'usage/option', '--seed and --seeds exclude each other.', {
    place: '--seeds', remedy: 'Use --seeds N for seeds from that of the run file on; --set seed=S gives the first.'
  })
}

async function showPlan(host: Host, services: Services, loaded: LoadedRunFile, directory: string, options: RunOptions): Promise<ExitCode> {
  const plan = await planOf(services, loaded, directory, options)
  printNotices(host, plan.notices)
  host.stdout.write(options.json ? `${JSON.stringify(plan)}\n` : `${planText(plan)}\n`)
  return EXIT.finished
}

async function runShown(
  host: Host, services: Services, loaded: LoadedRunFile, directory: string, display: RunDisplay, options: RunOptions
): Promise<ExitCode> {
  const outcome = await watched(host, display, directory, (control) =>
    services.launch(launchRequest(loaded, loaded.run, directory, trustOf(options)), control))
  return outcome.state === 'finished' ? EXIT.finished : EXIT.stopped
}

async function runSeeds(
  host: Host, services: Services, loaded: LoadedRunFile, directory: string, display: RunDisplay, options: RunOptions & { readonly seeds: number }
): Promise<ExitCode> {
  const outcomes: SeedOutcome[] = []
  try {
    for (let i = 0; i < options.seeds; i++) {
      const seed = loaded.run.seed + i
      // Runs without a directory of their own lie beside each other, where `runs` lists them.
      const own = options.out === undefined ? services.newRunDirectory({ ...loaded.run, seed }, host.cwd) : join(directory, `seed-${seed}`)
      // Between two seeds the device is free, and another run may take it; the first one fails where people see it.
      const outcome = await watched(host, display, own, (control) =>
        services.launch(launchRequest(loaded, { ...loaded.run, seed }, own, trustOf(options)), { ...control, waitsForDevice: i > 0 }))
      outcomes.push({ seed, outcome })
      if (outcome.state === 'stopped') break
    }
  } finally {
    // What the seeds before one that failed came to was paid for.
    if (outcomes.length > 0) printStudy(host, outcomes, options.json)
  }
  return outcomes.every(({ outcome }) => outcome.state === 'finished') ? EXIT.finished : EXIT.stopped
}

interface SeedOutcome {
  readonly seed: number
  readonly outcome: RunOutcome
}

function printStudy(host: Host, outcomes: readonly SeedOutcome[], json: boolean): void {
  const runs = outcomes.flatMap(({ seed, outcome: { directory, summary } }) => (summary ? [{ seed, directory, summary }] : []))
  const result = studyResult(runs)
  host.stdout.write(json ? `${JSON.stringify(result)}\n` : `${studyText(result)}\n`)
}
