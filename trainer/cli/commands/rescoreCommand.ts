import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import type { RescoreChanges } from '../../evals/rescoreChanges.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import type { RewardFunction } from '../../rewards/reward.ts'
import { readModuleSources } from '../../sandbox/modules/moduleSources.ts'
import { diskFileOps } from '../../stores/fileOps.ts'
import { openRescore } from '../../stores/rescoreStore.ts'
import { readRunRecord } from '../../stores/runDirectory.ts'
import { consentsOf } from '../consentOptions.ts'
import type { ConsentOptions } from '../consentOptions.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { givenFile } from '../givenPlaces.ts'
import type { Host } from '../host.ts'
import { openRecordedProblems } from '../rescoring/recordedProblems.ts'
import type { RecordedProblems } from '../rescoring/recordedProblems.ts'
import { referenceTo } from '../rescoring/replacedPart.ts'
import { rescoreRun } from '../rescoring/rescoreRun.ts'
import { rescoreText } from '../rescoring/rescoreText.ts'
import type { Services, Workspace } from '../services.ts'
import { amount } from '../terminal/numbers.ts'
import { ProgressLine } from '../terminal/progressLine.ts'
import { workspaceOf } from '../trustedModules.ts'

export interface RescoreOptions extends Pick<ConsentOptions, 'trustWorkspace' | 'trustModule'> {
  readonly reward: string
  readonly function?: string
  readonly part?: string
  readonly options?: Record<string, unknown>
  readonly json: boolean
}

/** A line of `--json`. */
export type RescoreEvent =
  /** Rollouts, of about so many. */
  | { readonly type: 'progress'; readonly done: number; readonly of: number }
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'rescored'; readonly reward: string; readonly replaces: string | null; readonly scores: string; readonly changes: RescoreChanges }

/** Applies a reward to the rollouts that a run recorded: nothing is sampled, and the run keeps the rewards that it has. */
export async function rescoreCommand(host: Host, services: Services, named: string, options: RescoreOptions): Promise<ExitCode> {
  const directory = runDirectory(host, named)
  givenFile(host, options.reward, { place: '--reward', remedy: 'Name a *.reward.ts, .js or .py file, or a module with a reward.' })
  const { run, source } = readRunRecord(directory)
  const stop = new AbortController()
  const dispose = host.onSignal(() => stop.abort())
  const { tell, end } = teller(host, options.json)
  const own = services.openWorkspace(rewardFolder(host, options), { ...consentsOf(host, options), deadlineSeconds: run.rewardDeadlineSeconds })
  const recorded = services.openWorkspace(dirname(source.path), { trustWorkspace: false, deadlineSeconds: run.rewardDeadlineSeconds })
  try {
    const { reward, header } = await openReward(host, own, run, options)
    const problems = await openRecordedProblems(run, recorded)
    for (const message of notices(problems)) tell({ type: 'notice', message })
    const rescored = await rescoreRun({
      directory, run, reward, part: options.part, problems, deadlineSeconds: run.rewardDeadlineSeconds, signal: stop.signal,
      openWriter: (replaces) => openRescore(directory, { ...header, version: 1, at: new Date().toISOString(), part: reward.name, replaces }, diskFileOps),
      progress: (done, of) => tell({ type: 'progress', done, of })
    })
    tell({ type: 'rescored', reward: reward.name, ...rescored })
    return EXIT.finished
  } catch (error) {
    end()
    if (stop.signal.aborted) return EXIT.stopped
    throw error
  } finally {
    dispose()
    await Promise.all([own.close(), recorded.close()])
  }
}

function runDirectory(host: Host, named: string): string {
  const place = resolve(host.cwd, named)
  if (existsSync(place)) return realpathSync(place)
  throw new LabError('usage', 'usage/missing-run', `There is no run directory ${named}.`, { remedy: `Name one that \`${host.command} runs\` lists.` })
}

const rewardFolder = (host: Host, { reward }: RescoreOptions): string => workspaceOf(resolve(host.cwd, reward), host.cwd)

/** Function and options are those of the run where it names the same file. */
async function openReward(host: Host, workspace: Workspace, run: ResolvedRun, asked: RescoreOptions): Promise<OpenedReward> {
  const path = resolve(host.cwd, asked.reward)
  const reference = referenceTo(run, path)
  const named = asked.function ?? reference?.function
  const options = (asked.options ?? reference?.options ?? {}) as ResolvedOptions
  const reward = await workspace.reward({ name: 'module', path, weight: 1, options, ...(named !== undefined && { function: named }) })
  return { reward, header: { file: basename(path), hash: readModuleSources(path, rewardFolder(host, asked)).hash, options } }
}

interface OpenedReward {
  readonly reward: RewardFunction
  readonly header: { readonly file: string; readonly hash: string; readonly options: ResolvedOptions }
}

type ResolvedOptions = NonNullable<ReturnType<typeof referenceTo>>['options']

const notices = ({ faults }: RecordedProblems): string[] =>
  faults.map((fault) => `The run’s problems cannot be drawn again, so that the reward sees what rollouts record of them. ${fault}`)

function teller(host: Host, json: boolean): { readonly tell: (event: RescoreEvent) => void; readonly end: () => void } {
  const line = new ProgressLine(host.stderr)
  const told = (event: RescoreEvent): void => {
    if (event.type === 'progress') return line.show(`${amount(event.done)} of ${amount(event.of)} rollouts`)
    line.end()
    if (event.type === 'notice') host.stderr.write(`${event.message}\n`)
    else host.stdout.write(`${rescoreText(event, event.changes)}\n`)
  }
  return { tell: json ? (event) => void host.stdout.write(`${JSON.stringify(event)}\n`) : told, end: () => line.end() }
}
