import type * as vscode from 'vscode'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { DiagnosisFinding } from '../../trainer/protocol/runViews.ts'
import type { GuardStatus } from '../../webviews/protocol/dashboard.ts'
import type { Queries } from '../contracts/queries.ts'
import type { Trainers } from '../contracts/trainers.ts'

/** Pauses runs whose checks turn bad, for people who asked for it. */
export interface CheckGuard extends vscode.Disposable {
  status(run: string): GuardStatus
  set(run: string, on: boolean): Promise<void>
  onDidChange(listener: (status: GuardStatus) => void): vscode.Disposable
}

export interface CheckGuardParts {
  readonly trainers: Pick<Trainers, 'live' | 'onDidChange' | 'onEvent' | 'pause'>
  readonly queries: Pick<Queries, 'ask'>
  readonly memento: Pick<vscode.Memento, 'get' | 'update'>
  readonly log: (line: string) => void
  /** Checks of one run come at most so often. */
  readonly leastMs?: number
}

/** Checks that were bad when last looked at, by run: a run that people let go on is not paused for them again. */
type Kept = Readonly<Record<string, readonly string[]>>

const KEY = 'pauseWhenChecksTurnBad'
const KEPT_RUNS = 200
const LEAST_MS = 5000

/** These end a pause whenever they come: a stopped run tells of no continuing, and a resumed one begins anew. */
const ENDS_PAUSE: ReadonlySet<RunEvent['type']> = new Set(['runContinued', 'runStarted', 'runFinished', 'runFailed'])
/** These are of the step before the pause, until the run has told that it waits. */
const AT_WORK: ReadonlySet<RunEvent['type']> = new Set(['stageStarted', 'stageProgress', 'stepStarted', 'stepFinished', 'evaluation', 'rolloutShown'])

/** What a look at the checks of a run comes to. */
export function turnedBad(findings: readonly DiagnosisFinding[], before: readonly string[]): { readonly fresh: readonly DiagnosisFinding[]; readonly bad: readonly string[] } {
  const bad = findings.filter(({ state }) => state === 'bad')
  return { fresh: bad.filter(({ check }) => !before.includes(check)), bad: bad.map(({ check }) => check) }
}

/** Looks after every step of the guarded runs, whether a dashboard is open or not; only the window that steers pauses. */
export function guardChecks({ trainers, queries, memento, log, leastMs = LEAST_MS }: CheckGuardParts): CheckGuard {
  const listeners = new Set<(status: GuardStatus) => void>()
  const paused = new Map<string, GuardStatus['paused']>()
  const waiting = new Set<string>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const lookedAt = new Map<string, number>()
  const kept = (): Kept => memento.get<Kept>(KEY) ?? {}
  const status = (run: string): GuardStatus => ({ run, on: run in kept(), ...(paused.get(run) && { paused: paused.get(run)! }) })
  const tell = (run: string): void => listeners.forEach((listener) => listener(status(run)))
  const keep = async (run: string, bad: readonly string[] | undefined): Promise<void> => {
    const others = Object.entries(kept()).filter(([other]) => other !== run)
    await memento.update(KEY, Object.fromEntries([...others.slice(1 - KEPT_RUNS), ...(bad ? [[run, bad] as const] : [])]))
  }
  const look = async (run: string, step: number): Promise<void> => {
    lookedAt.set(run, Date.now())
    const { fresh, bad } = turnedBad(await queries.ask('runs/diagnose', { run }), kept()[run] ?? [])
    const live = trainers.live.find(({ directory }) => directory === run)
    if (!(run in kept()) || live?.role !== 'steering') return
    await keep(run, bad)
    if (fresh.length === 0) return
    await trainers.pause(run)
    log(`Paused ${JSON.stringify(run)} after step ${step}: ${fresh.map(({ title }) => title).join(', ')}`)
    paused.set(run, { step, checks: fresh.map(({ title, evidence }) => ({ title, evidence })) })
    tell(run)
  }
  const lookSoon = (run: string, step: number): void => {
    if (timers.has(run)) return
    timers.set(run, setTimeout(() => {
      timers.delete(run)
      look(run, step).catch((error: unknown) => log(`Checks of ${JSON.stringify(run)}: ${String(error)}`))
    }, Math.max(0, (lookedAt.get(run) ?? 0) + leastMs - Date.now())))
  }
  const goesOn = (run: string): void => {
    waiting.delete(run)
    if (paused.delete(run)) tell(run)
  }
  const listening = [
    trainers.onEvent(({ directory, event: { type, step } }) => {
      if (type === 'stepFinished' && directory in kept()) lookSoon(directory, step)
      if (type === 'runPaused') waiting.add(directory)
      else if (ENDS_PAUSE.has(type) || (waiting.has(directory) && AT_WORK.has(type))) goesOn(directory)
    }),
    // A trainer that was killed tells of nothing.
    trainers.onDidChange(() => trainers.live.filter(({ connection }) => connection === 'ended' || connection === 'lost').forEach(({ directory }) => goesOn(directory)))
  ]
  return {
    status,
    set: async (run, on) => {
      await keep(run, on ? [] : undefined)
      if (!on) paused.delete(run)
      tell(run)
    },
    onDidChange: (listener) => {
      listeners.add(listener)
      return { dispose: () => void listeners.delete(listener) }
    },
    dispose: () => {
      listening.forEach((each) => each.dispose())
      for (const timer of timers.values()) clearTimeout(timer)
    }
  }
}
