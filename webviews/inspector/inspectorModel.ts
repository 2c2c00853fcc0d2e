import type { LabelState } from '../../trainer/protocol/labelViews.ts'
import type { Excerpt, OpenedView, RolloutFilter, RolloutRow, RolloutSort, GroupRow, ViewInfo, SearchHit } from '../../trainer/protocol/rolloutViews.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { InspectorNotices, InspectorRequests, RolloutPlace } from '../protocol/inspector.ts'
import type { ViewConnection } from '../connection/connectView.ts'
import { isCancelled, toViewError } from '../connection/viewError.ts'
import type { ViewError } from '../connection/viewError.ts'
import { PageCache } from './list/pageCache.ts'
import { RowCache } from './list/rowCache.ts'
import { ShownRuns } from './shownRuns.ts'

export type Connection = ViewConnection<InspectorRequests, InspectorNotices>
export type ListBy = 'rollouts' | 'groups'
export type ListRow = RolloutRow | GroupRow

export const isGroupRow = (row: ListRow): row is GroupRow => !('id' in row)

export const NEWEST_FIRST: RolloutSort = { by: 'recorded', descending: true }
const PAGE = 100
const PAGES_KEPT = 60
/** An excerpt that could not be read is asked for again after so long. */
const UNREAD_EXCERPT_MS = 2000

export interface SearchState {
  readonly text: string
  readonly hits: readonly SearchHit[]
  /** Rows of the list, from its beginning. */
  readonly searched: number
  /** `cut`: there may be more hits in the rows after those that were searched. */
  readonly state: 'searching' | 'complete' | 'cut' | 'failed'
  readonly error?: ViewError
}

/**
 * The list that the inspector shows: what is asked for, the open view of the query process, its pages. Parts of the page read it
 * and are told by `onChange`.
 */
export class InspectorModel {
  readonly connection: Connection
  readonly shown: ShownRuns
  readonly onChange: () => void
  /** First characters of prompt and completion. */
  readonly excerpts: RowCache<Excerpt>
  /** What was said of rollouts. */
  readonly labels: RowCache<LabelState>
  readonly pages: PageCache<ListRow>
  filter: RolloutFilter = {}
  sort: RolloutSort = NEWEST_FIRST
  by: ListBy = 'rollouts'
  follow = false
  info: ViewInfo | undefined
  loading = true
  error: ViewError | undefined
  /** More was recorded since this list, which does not follow, was made. */
  behind = false
  search: SearchState | undefined
  /** Text in the field for it, where that is not what the list is filtered by. */
  typed: string | undefined
  #renewals = 0
  #opening: AbortController | undefined
  /** The process that held the view is gone; there is nothing to close. */
  #viewLost = false
  #searching: AbortController | undefined

  constructor(connection: Connection, runs: readonly RunCard[], onChange: () => void) {
    this.connection = connection
    this.shown = new ShownRuns(connection, runs, onChange, () => void this.open())
    this.onChange = onChange
    this.pages = new PageCache<ListRow>({
      pageRows: PAGE,
      keep: PAGES_KEPT,
      load: (offset, limit, signal) => this.#loadPage(offset, limit, signal),
      onChange,
      // While the list is opened anew its old view may be gone already.
      onError: (error) => !this.loading && this.#fail(error)
    })
    this.excerpts = new RowCache((rollouts) => connection.query('rollouts/excerpts', { rollouts: [...rollouts], characters: 200 }), onChange, UNREAD_EXCERPT_MS)
    this.labels = new RowCache((rollouts) => this.#labelStates(rollouts), onChange)
    connection.on('viewChanged', (info) => this.#viewChanged(info))
    connection.on('restarted', () => {
      this.#viewLost = true
      void this.open()
    })
    connection.on('changed', (change) => this.#runChanged(change))
    connection.on('labelsChanged', ({ run, rollouts }) => this.#labelsChanged(run, rollouts))
  }

  get runs(): readonly RunCard[] {
    return this.shown.cards
  }

  get count(): number {
    return this.info?.count ?? 0
  }

  /** Opens the list for what is asked now; the rows on screen stay until the new ones are there. */
  async open(): Promise<void> {
    this.#opening?.abort()
    const opening = new AbortController()
    this.#opening = opening
    this.#emptySearch()
    this.loading = true
    this.error = undefined
    this.onChange()
    const old = this.info
    try {
      const { runs, filter, sort, by, follow } = this
      const asked = { runs: runs.map((run) => run.directory), filter, sort, by, follow, first: PAGE }
      this.#opened(await this.connection.query('rollouts/open', asked, opening.signal), old)
      if (this.search) void this.find(this.search.text)
    } catch (error) {
      if (opening.signal.aborted) return
      this.search = undefined
      this.#fail(error)
    } finally {
      if (this.#opening === opening) this.loading = false
      this.onChange()
    }
  }

  #opened({ first, ...info }: OpenedView, old: ViewInfo | undefined): void {
    this.info = info
    this.behind = false
    this.#renewPages()
    if (first) this.pages.begin(first)
    const lost = this.#viewLost
    this.#viewLost = false
    if (old && !lost && old.view !== info.view) void this.connection.query('rollouts/close', { view: old.view }).catch((error: unknown) => this.#note(error))
  }

  /** Generations are counted by each view of its own: another view with the same number has other rows. */
  #renewPages(): void {
    this.pages.renew(++this.#renewals)
  }

  /** Sets what the list is of and opens it. Rows of the other kind are dropped at once; a search goes on in the new list of rollouts. */
  change(wanted: { filter?: RolloutFilter; sort?: RolloutSort; by?: ListBy; follow?: boolean }): Promise<void> {
    if (wanted.by !== undefined && wanted.by !== this.by) this.pages.clear()
    if (wanted.by === 'groups') void this.find('')
    Object.assign(this, wanted)
    return this.open()
  }

  async positionOf(place: RolloutPlace): Promise<number | null> {
    const view = this.info?.view
    if (view === undefined || this.by !== 'rollouts') return null
    return (await this.connection.query('rollouts/position', { view, ...place })).position
  }

  /** Finds text in the rollouts of the list; hits come as they are found. */
  async find(text: string): Promise<void> {
    this.#searching?.abort()
    if (text !== '' && this.by === 'groups') await this.#listRollouts()
    const view = this.info?.view
    if (text === '' || view === undefined) {
      this.search = undefined
      return this.onChange()
    }
    const searching = new AbortController()
    this.#searching = searching
    const search = crypto.randomUUID()
    this.search = begunSearch(text)
    this.onChange()
    const stop = this.connection.on('searchHits', (found) => {
      if (found.search !== search || !this.search || searching.signal.aborted) return
      this.search = { ...this.search, hits: [...this.search.hits, ...found.hits], searched: found.searched }
      this.onChange()
    })
    try {
      const result = await this.connection.query('rollouts/search', { view, search, text, limit: SEARCH_HITS }, searching.signal)
      if (this.search && !searching.signal.aborted) this.search = { ...this.search, searched: result.searched, state: result.complete ? 'complete' : 'cut' }
    } catch (error) {
      if (!searching.signal.aborted && this.search) this.search = { ...this.search, state: 'failed', error: toViewError(error) }
    } finally {
      stop()
      this.onChange()
    }
  }

  /** The list that is searched goes: what was found there stands elsewhere, or nowhere, in the next one. */
  #emptySearch(): void {
    this.#searching?.abort()
    if (this.search) this.search = begunSearch(this.search.text)
  }

  /** Text is found in rollouts, at their positions in the list. */
  async #listRollouts(): Promise<void> {
    this.pages.clear()
    this.by = 'rollouts'
    await this.open()
  }

  async #loadPage(offset: number, limit: number, signal: AbortSignal) {
    const view = this.info?.view ?? ''
    if (this.by === 'groups') return await this.connection.query('groups/page', { view, offset, limit }, signal)
    return await this.connection.query('rollouts/page', { view, offset, limit }, signal)
  }

  #viewChanged(info: ViewInfo): void {
    if (info.view !== this.info?.view) return
    if (info.generation !== this.info.generation) this.#renewPages()
    this.info = info
    this.onChange()
  }

  async #labelStates(rollouts: readonly RolloutPlace[]): Promise<readonly (LabelState | null)[]> {
    const byRun = new Map<string, string[]>()
    for (const { run, id } of rollouts) byRun.set(run, [...(byRun.get(run) ?? []), id])
    const answers = await Promise.all([...byRun].map(async ([run, ids]) => (await this.connection.query('labels/states', { run, ids })).map((state, index) => [`${run}\n${ids[index]}`, state] as const)))
    const states = new Map(answers.flat())
    return rollouts.map(({ run, id }) => states.get(`${run}\n${id}`) ?? null)
  }

  #labelsChanged(run: string, rollouts: readonly string[]): void {
    this.labels.renew(run, rollouts)
    if (this.filter.labels !== undefined && !this.follow) this.behind = true
    this.onChange()
  }

  #runChanged(change: InspectorNotices['changed']): void {
    this.shown.changed(change)
    const { run, what } = change
    if (run === undefined || !this.shown.has(run)) return
    if (what.includes('rollouts') && !this.follow) {
      // An empty list holds nobody's place: the first rollouts show by themselves.
      if (this.info?.total === 0) return void this.open()
      this.behind = true
    }
    this.onChange()
  }

  #fail(error: unknown): void {
    if (isCancelled(error)) return
    this.error = toViewError(error)
    this.onChange()
  }

  #note(error: unknown): void {
    void this.connection.ask('log', { level: 'info', message: toViewError(error).message })
  }
}

const SEARCH_HITS = 500
/** A search of which nothing was found yet; a list that is opened takes it up. */
export const begunSearch = (text: string): SearchState => ({ text, hits: [], searched: 0, state: 'searching' })
