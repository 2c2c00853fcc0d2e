import type { Notice } from '../../trainer/protocol/rolloutViews.ts'
import type { DiagnosisFinding, RunCard } from '../../trainer/protocol/runViews.ts'
import type { RunState } from '../../trainer/protocol/runState.ts'
import type { ViewConnection } from '../connection/connectView.ts'
import type { CommonNotices } from '../protocol/connection.ts'
import type { DashboardNotices, DashboardRequests, GuardStatus, LiveStatus } from '../protocol/dashboard.ts'
import { visibleLine } from '../protocol/visibleText.ts'
import { appendEvents, appendMetrics, emptySeries } from './runSeries.ts'
import type { RunSeries } from './runSeries.ts'

export type DashboardConnection = ViewConnection<DashboardRequests, DashboardNotices>

/** A run of the dashboard with all that is known of it. */
export interface WatchedRun {
  card: RunCard
  series: RunSeries
  error: RunState['error']
  /** Parts that could not be read. */
  notices: readonly Notice[]
  live: LiveStatus | undefined
  /** Whether it is paused when a check turns bad; undefined where the host did not say. */
  guard: GuardStatus | undefined
  /** What its checks found when they were last asked. */
  findings: readonly DiagnosisFinding[]
  /** Its directory was deleted or moved. */
  gone: boolean
  /** Nothing was read yet. */
  loading: boolean
  /** Why reading failed. */
  problem: { readonly message: string; readonly remedy: string } | undefined
}

type Part = 'details' | 'metrics' | 'events'
const PARTS_OF: Partial<Record<CommonNotices['changed']['what'][number], readonly Part[]>> = {
  state: ['details'], summary: ['details'], metrics: ['metrics'], events: ['events']
}
/** An answer has an end; after one of this many bytes there may be more. */
const LARGE_ANSWER = 1_000_000
const EVENT_TYPES = ['evaluation', 'warning']

/** Keeps the runs of the page up to date: reads what is new by offset, one request per run at a time, never a run twice. */
export class LiveRuns {
  readonly runs = new Map<string, WatchedRun>()
  readonly #connection: DashboardConnection
  readonly #changed: (run: WatchedRun | undefined) => void
  readonly #wanted = new Map<string, Set<Part>>()
  readonly #busy = new Set<string>()
  /** Also of runs whose cards are still to come. */
  readonly #statuses = new Map<string, LiveStatus>()
  readonly #guards = new Map<string, GuardStatus>()

  constructor(connection: DashboardConnection, changed: (run: WatchedRun | undefined) => void) {
    this.#connection = connection
    this.#changed = changed
    connection.on('changed', (change) => this.#onChanged(change))
    connection.on('live', (live) => this.#onLive(live))
    connection.on('guard', (status) => this.setGuards([status]))
    connection.on('event', ({ run: directory, event }) => this.#update(directory, (run) => appendEvents(run.series, [event])))
    connection.on('runs', ({ runs }) => this.setRuns(runs))
    connection.on('restarted', () => this.runs.forEach((_, directory) => this.#want(directory, ['details', 'metrics', 'events'])))
  }

  /** The runs of the page from now on; what was read of those that stay is kept. */
  setRuns(cards: readonly RunCard[]): void {
    for (const directory of this.runs.keys()) if (!cards.some((card) => card.directory === directory)) this.runs.delete(directory)
    for (const card of cards) {
      const known = this.runs.get(card.directory)
      if (known) known.card = visibleCard(card)
      else this.#add(visibleCard(card))
    }
    this.#changed(undefined)
  }

  #add(card: RunCard): void {
    const run = { card, series: emptySeries(), error: undefined, notices: [], live: this.#statuses.get(card.directory), guard: this.#guards.get(card.directory), findings: [], gone: false, loading: true, problem: undefined }
    this.runs.set(card.directory, run)
    this.#want(card.directory, ['details', 'metrics', 'events'])
  }

  setGuards(guards: readonly GuardStatus[]): void {
    for (const guard of guards) {
      this.#guards.set(guard.run, guard)
      this.#update(guard.run, (run) => (run.guard = guard))
    }
  }

  /** What the checks of a run found, for its banner. */
  setFindings(directory: string, findings: readonly DiagnosisFinding[]): void {
    this.#update(directory, (run) => (run.findings = findings))
  }

  #onLive(live: LiveStatus): void {
    this.#statuses.set(live.run, live)
    this.#update(live.run, (run) => (run.live = live))
  }

  #onChanged({ run: directory, what }: CommonNotices['changed']): void {
    if (directory === undefined || !this.runs.has(directory)) return
    if (what.includes('gone')) this.#update(directory, (run) => (run.gone = true))
    else this.#want(directory, what.flatMap((part) => PARTS_OF[part] ?? []))
  }

  #want(directory: string, parts: readonly Part[]): void {
    const wanted = this.#wanted.get(directory) ?? new Set<Part>()
    this.#wanted.set(directory, wanted)
    parts.forEach((part) => wanted.add(part))
    if (!this.#busy.has(directory)) void this.#read(directory)
  }

  /** Reads until nothing more is wanted; what is wanted meanwhile comes in one go. */
  async #read(directory: string): Promise<void> {
    this.#busy.add(directory)
    try {
      for (let parts = this.#take(directory); parts.length > 0; parts = this.#take(directory)) {
        const run = this.runs.get(directory)
        if (!run) return
        await this.#readParts(run, parts)
        this.#changed(run)
      }
    } finally {
      this.#busy.delete(directory)
    }
  }

  #take(directory: string): Part[] {
    const wanted = [...(this.#wanted.get(directory) ?? [])]
    this.#wanted.delete(directory)
    return wanted
  }

  async #readParts(run: WatchedRun, parts: readonly Part[]): Promise<void> {
    const readers = { details: () => this.#readDetails(run), metrics: () => this.#readMetrics(run), events: () => this.#readEvents(run) }
    const outcomes = await Promise.allSettled(parts.map((part) => readers[part]()))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    run.problem = failed && problemOf(failed.reason)
    if (!failed) run.gone = false
    run.loading = false
  }

  async #readDetails(run: WatchedRun): Promise<void> {
    const details = await this.#connection.query('runs/details', { run: run.card.directory })
    run.card = visibleCard(details.card)
    run.error = details.state?.error
    run.notices = details.notices
  }

  async #readMetrics(run: WatchedRun): Promise<void> {
    const offset = run.series.nextMetrics
    const added = await this.#connection.query('runs/metrics', { run: run.card.directory, offset })
    if (added.next < offset) return this.#startOver(run)
    appendMetrics(run.series, added)
    if (added.next - offset > LARGE_ANSWER) this.#want(run.card.directory, ['metrics'])
  }

  async #readEvents(run: WatchedRun): Promise<void> {
    const offset = run.series.nextEvents
    const { events, next } = await this.#connection.query('runs/events', { run: run.card.directory, offset, types: EVENT_TYPES })
    if (next < offset) return this.#startOver(run)
    appendEvents(run.series, events, next)
    if (next - offset > LARGE_ANSWER) this.#want(run.card.directory, ['events'])
  }

  /** A file became shorter: it is not the one that was read. */
  #startOver(run: WatchedRun): void {
    run.series = emptySeries()
    this.#want(run.card.directory, ['metrics', 'events'])
  }

  #update(directory: string, change: (run: WatchedRun) => void): void {
    const run = this.runs.get(directory)
    if (!run) return
    change(run)
    this.#changed(run)
  }
}

/** Run directories are shared: their words must be seen as they are. */
function visibleCard(card: RunCard): RunCard {
  const { name, recipe, model, stage, problem } = card
  return {
    ...card, name: visibleLine(name, 120), recipe: visibleLine(recipe, 60), model: visibleLine(model, 120), stage: visibleLine(stage, 60),
    ...(problem === undefined ? {} : { problem: visibleLine(problem, 1000) })
  }
}

export function problemOf(error: unknown): { message: string; remedy: string } {
  const remedy = error instanceof Error && 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : 'Try again; the Rollout Lab log says more.'
  return { message: error instanceof Error ? error.message : String(error), remedy }
}
