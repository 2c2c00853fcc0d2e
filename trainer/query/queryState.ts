import { availableParallelism } from 'node:os'
import type { OpenedView, ViewInfo } from '../protocol/rolloutViews.ts'
import { QueryDatabase } from './database.ts'
import { IndexCopies } from './indexCopies.ts'
import { namedRuns } from './namedRuns.ts'
import { throwIfCancelled } from './queryError.ts'
import { realRunDirectory } from './realRunDirectory.ts'
import { LabelIndex } from './labels/labelIndex.ts'
import { noSuchView, RolloutView } from './rolloutView.ts'
import type { TextMatches, ViewRequest } from './rolloutView.ts'
import { RunRollouts } from './runRollouts.ts'
import type { RowNumbers } from './runRows.ts'
import { rowsContaining } from './textSearch.ts'

/** Memory of the rows of all open runs; a million rollouts take about 250 MB. */
const MEMORY_MEGABYTES = 1024
const MAX_THREADS = 4
/** Runs without a view that stay in memory, in case they are opened again. */
const KEPT_RUNS = 2
/** For how many milliseconds lines are read: before a list is shown, and at a time while it is looked at and the rest comes in. */
export interface ReadingTimes {
  readonly first: number
  readonly more: number
}

const READING_TIMES: ReadingTimes = { first: 800, more: 200 }

/** Everything that the query process holds: open runs and views on them. */
export class QueryState {
  readonly db: QueryDatabase
  readonly labels: LabelIndex
  readonly #copies: IndexCopies
  readonly #times: ReadingTimes
  readonly #runs = new Map<string, Promise<RunRollouts>>()
  readonly #views = new Map<string, RolloutView>()
  readonly #numbers: RowNumbers = { next: 0 }
  /** The runs that are loaded. */
  readonly #open = new Set<RunRollouts>()
  /** How many go on that may have taken a run. */
  #using = 0
  /** A view was closed since runs were dropped last. */
  #closed = false
  #made = 0

  private constructor(db: QueryDatabase, copies: IndexCopies, times: ReadingTimes) {
    this.db = db
    this.labels = new LabelIndex(db)
    this.#copies = copies
    this.#times = times
  }

  /** What needs no database is answered before there is one. */
  static open(times: ReadingTimes = READING_TIMES): QueryState {
    const threads = Math.max(1, Math.min(MAX_THREADS, availableParallelism()))
    const copies = new IndexCopies()
    return new QueryState(new QueryDatabase({ threads, memoryMegabytes: MEMORY_MEGABYTES, files: [], folder: copies.folder }), copies, times)
  }

  /** Runs that are taken in the course of this work stay loaded until it is done. */
  async using<T>(work: () => T | Promise<T>): Promise<T> {
    this.#using++
    try {
      return await work()
    } finally {
      this.#using--
      await this.#dropUnused()
    }
  }

  /** The run, loaded; what was written since is taken in, as far as that goes at once: for lists, which grow while they are looked at. */
  async run(directory: string): Promise<RunRollouts> {
    const real = realRunDirectory(directory)
    const known = this.#runs.get(real)
    if (known === undefined) return this.#load(real)
    const run = await known
    await run.sync(this.#times.first)
    return run
  }

  /** The run with all that was written: for what is said of it once, and would be wrong of a part. */
  async wholeRun(directory: string, signal: AbortSignal): Promise<RunRollouts> {
    const run = await this.run(directory)
    while (run.unfinished) {
      throwIfCancelled(signal)
      await run.sync(this.#times.more)
    }
    return run
  }

  /** The run as it was last looked at; loaded where it is not, or where another lies there now. */
  async loaded(directory: string): Promise<RunRollouts> {
    const real = realRunDirectory(directory)
    const run = await (this.#runs.get(real) ?? this.#load(real))
    if (run.replaced) await run.sync(this.#times.first)
    return run
  }

  async #load(real: string): Promise<RunRollouts> {
    const loading = RunRollouts.open(real, this.#made++, this.db, this.#copies, this.#numbers).then(async (run) => {
      await run.sync(this.#times.first)
      this.#open.add(run)
      return run
    })
    this.#runs.set(real, loading)
    loading.catch(() => this.#runs.delete(real))
    return loading
  }

  /** @param first rows from the beginning that come with the answer */
  async openView(directories: readonly string[], request: ViewRequest, first: number, signal: AbortSignal): Promise<OpenedView> {
    const runs = await namedRuns(directories, (directory) => this.run(directory))
    const matches: TextMatches = (text, textSignal) => rowsContaining(this.db, runs.map(({ run }) => run), text, textSignal)
    const view = new RolloutView(`view${this.#made++}`, runs, request, this.db, this.labels, matches)
    await view.refresh(signal)
    const beginning = await view.beginning(first, signal)
    this.#views.set(view.id, view)
    return { ...view.info, ...(first > 0 && { first: beginning }) }
  }

  view(id: string): RolloutView {
    const view = this.#views.get(id)
    if (view === undefined) throw noSuchView(id)
    return view
  }

  async closeView(id: string): Promise<void> {
    const view = this.#views.get(id)
    this.#views.delete(id)
    this.#closed = true
    await view?.close()
    await this.#dropUnused()
  }

  /** Directories of the runs that a view is of. */
  get watched(): string[] {
    return [...new Set([...this.#views.values()].flatMap((view) => view.runs.map((run) => run.directory)))]
  }

  /** Runs that changed while a list of them that follows was being made. */
  get outdated(): string[] {
    return [...this.#views.values()].filter((view) => (view.request.follow || view.orphaned) && view.stale).flatMap((view) => view.runs.map((run) => run.directory))
  }

  /** There is more to read of a run, or a view that was made before all was read. */
  get unfinished(): boolean {
    return [...this.#open].some((run) => run.unfinished) || [...this.#views.values()].some((view) => view.ofPart)
  }

  /** Takes in what was written to a run, and brings the views up to date that follow it, were made of a part or lost rows. Views whose rows changed are given, and those that could not be. */
  update(directories: Iterable<string>): Promise<ViewInfo[]> {
    return this.using(() => this.#update(directories))
  }

  async #update(directories: Iterable<string>): Promise<ViewInfo[]> {
    const written = new Set(directories)
    const due = [...this.#open].filter((run) => run.unfinished || written.has(run.directory))
    for (const run of due) await run.syncOrTell(this.#times.more)
    const changed: ViewInfo[] = []
    for (const view of this.#views.values()) {
      const due = view.request.follow || view.ofPart || view.orphaned
      if (!due || !view.stale) continue
      await view.refreshOrTell()
      changed.push(view.info)
    }
    return changed
  }

  close(): void {
    this.db.close()
    this.#copies.remove()
  }

  /** Whoever asks for one of them meanwhile has it loaded anew. */
  async #dropUnused(): Promise<void> {
    if (this.#using > 0 || !this.#closed) return
    this.#closed = false
    const used = new Set(this.watched)
    const unused = [...this.#runs].filter(([directory]) => !used.has(directory))
    const dropped = unused.slice(0, Math.max(0, unused.length - KEPT_RUNS))
    for (const [directory] of dropped) this.#runs.delete(directory)
    for (const [, loading] of dropped) {
      const run = await loading
      this.#open.delete(run)
      await run.drop()
    }
  }
}
