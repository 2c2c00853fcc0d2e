/** Rows of one page and the generation of the list they are of. */
export interface LoadedPage<Row> {
  readonly generation: number
  readonly rows: readonly Row[]
}

interface Entry<Row> {
  page: LoadedPage<Row> | undefined
  loading: AbortController | undefined
}

export interface PageCacheOptions<Row> {
  readonly pageRows: number
  /** Pages kept; those not looked at for longest are dropped. */
  readonly keep: number
  readonly load: (offset: number, limit: number, signal: AbortSignal) => Promise<LoadedPage<Row>>
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}

/**
 * Pages of a long list, loaded when looked at. After a change of generation the old rows stay until the new ones are there, so
 * that a growing list does not flicker.
 */
export class PageCache<Row> {
  readonly #options: PageCacheOptions<Row>
  /** Least recently looked at first. */
  readonly #entries = new Map<number, Entry<Row>>()
  #generation = -1

  constructor(options: PageCacheOptions<Row>) {
    this.#options = options
  }

  get pages(): number {
    return this.#entries.size
  }

  /** The row at this position, if its page was loaded; it may be of an earlier generation. */
  row(position: number): Row | undefined {
    const { pageRows } = this.#options
    return this.#entries.get(Math.floor(position / pageRows))?.page?.rows[position % pageRows]
  }

  /** Loads the pages of rows `from` (inclusive) to `to` (exclusive) that are missing or old, and gives up others still loading. */
  want(from: number, to: number): void {
    const { pageRows } = this.#options
    const first = Math.floor(Math.max(0, from) / pageRows)
    const last = Math.floor(Math.max(0, to - 1) / pageRows)
    this.#giveUpOutside(first, last)
    for (let index = first; index <= last; index++) this.#wantPage(index)
    this.#dropOldest(last - first + 1)
  }

  /** Positions now mean something else; what is shown stays until it was loaded again. */
  renew(generation: number): void {
    this.#generation = generation
    for (const entry of this.#entries.values()) {
      entry.loading?.abort()
      entry.loading = undefined
    }
  }

  /** Takes the first page, which came with the list. */
  begin(rows: readonly Row[]): void {
    this.#entries.get(0)?.loading?.abort()
    this.#entries.delete(0)
    this.#entries.set(0, { page: { generation: this.#generation, rows }, loading: undefined })
  }

  clear(): void {
    this.renew(-1)
    this.#entries.clear()
  }

  #wantPage(index: number): void {
    const entry = this.#entries.get(index) ?? { page: undefined, loading: undefined }
    this.#entries.delete(index)
    this.#entries.set(index, entry)
    if (!entry.loading && entry.page?.generation !== this.#generation) void this.#load(index, entry)
  }

  async #load(index: number, entry: Entry<Row>): Promise<void> {
    const { pageRows, load, onChange, onError } = this.#options
    const loading = new AbortController()
    entry.loading = loading
    try {
      const page = await load(index * pageRows, pageRows, loading.signal)
      if (loading.signal.aborted) return
      // A page of a newer generation than the list is told of later, by the notice of that generation.
      entry.page = { generation: this.#generation, rows: page.rows }
      onChange()
    } catch (error) {
      if (!loading.signal.aborted) onError(error)
    } finally {
      if (entry.loading === loading) entry.loading = undefined
    }
  }

  #giveUpOutside(first: number, last: number): void {
    for (const [index, entry] of this.#entries) {
      if (index >= first && index <= last) continue
      entry.loading?.abort()
      entry.loading = undefined
    }
  }

  #dropOldest(inView: number): void {
    const keep = Math.max(this.#options.keep, inView)
    for (const index of this.#entries.keys()) {
      if (this.#entries.size <= keep) return
      this.#entries.delete(index)
    }
  }
}
