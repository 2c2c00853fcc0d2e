import { LabError } from '../errors.ts'
import type { GroupRow, Histogram, Notice, RolloutFilter, RolloutRow, RolloutSort, ViewInfo } from '../protocol/rolloutViews.ts'
import { DEADLINE_SECONDS } from './database.ts'
import type { QueryDatabase } from './database.ts'
import type { LabelIndex } from './labels/labelIndex.ts'
import { filterSql, orderOfRollouts, valueOfGroup } from './filterSql.ts'
import { GROUP_KEY, groupRows } from './groupRows.ts'
import { histogramOf } from './histogram.ts'
import type { NamedRun } from './namedRuns.ts'
import { partsOf, rolloutRows, unionOf } from './rolloutRows.ts'
import type { RunRollouts } from './runRollouts.ts'
import { TextTable } from './textTable.ts'
import { checkWhere, expertRows, whereSql } from './whereCheck.ts'

export interface ViewRequest {
  readonly filter: RolloutFilter
  readonly sort: RolloutSort
  readonly by: 'rollouts' | 'groups'
  readonly follow: boolean
}

/** Rows of some runs whose text contains something; a filter by text is answered through it. */
export type TextMatches = (text: string, signal: AbortSignal | undefined) => Promise<Int32Array>

/** An expert's condition gets so long; nobody waits longer for a list. */
const EXPERT_SECONDS = 5

/** What the rows of a view were taken from. */
interface Basis {
  /** Version of each run's table. */
  readonly versions: readonly number[]
  /** How often rows of each run had gone. */
  readonly lives: readonly number[]
  /** Version of the labels that the filter was applied to. */
  readonly labels: number
  readonly ofPart: boolean
}

/** A list of rollouts or groups in its order: positions stand for rows until the generation changes. */
export class RolloutView {
  readonly id: string
  readonly runs: readonly RunRollouts[]
  /** The same runs with the names that rows call them by. */
  readonly named: readonly NamedRun[]
  readonly request: ViewRequest
  generation = 0
  /** Row numbers in order; of groups, the first row of each that passes the filter. */
  rows: Int32Array = new Int32Array(0)
  readonly #db: QueryDatabase
  readonly #labels: LabelIndex
  readonly #matches: TextMatches
  readonly #texts: TextTable
  #info: Omit<ViewInfo, 'view' | 'generation' | 'notices'> | undefined
  #checked = false
  #basis: Basis = { versions: [], lives: [], labels: 0, ofPart: false }
  /** Why the rows could not be taken anew. */
  #failure: Notice | undefined

  constructor(id: string, named: readonly NamedRun[], request: ViewRequest, db: QueryDatabase, labels: LabelIndex, matches: TextMatches) {
    this.id = id
    this.named = named
    this.runs = named.map(({ run }) => run)
    this.request = request
    this.#db = db
    this.#labels = labels
    this.#matches = matches
    this.#texts = new TextTable(db, `text_${id.replace(/\W/g, '')}`)
  }

  get info(): ViewInfo {
    if (this.#info === undefined) throw new Error('a view is asked before it was made')
    return { view: this.id, generation: this.generation, ...this.#info, notices: [...(this.#failure === undefined ? [] : [this.#failure]), ...this.runs.flatMap((run) => run.notices.all)] }
  }

  /** The rows were taken while a run was read in part: they are not what a whole look would give, whether the view follows or not. */
  get ofPart(): boolean {
    return this.#basis.ofPart
  }

  get stale(): boolean {
    const relabelled = this.request.filter.labels !== undefined && this.#labels.version(this.runs) !== this.#basis.labels
    const completed = this.ofPart && !this.runs.some((run) => run.unfinished)
    return relabelled || completed || this.runs.some((run, i) => run.version !== this.#basis.versions[i])
  }

  /** Some of its rows may be gone, with the files that they were read from. */
  get orphaned(): boolean {
    return this.runs.some((run, i) => run.lives !== this.#basis.lives[i])
  }

  /** Takes the rows anew from what the runs hold now. */
  async refresh(signal?: AbortSignal): Promise<void> {
    const basis = this.#now()
    await this.#matchText(signal)
    const deadlineSeconds = this.request.filter.where === undefined ? DEADLINE_SECONDS : EXPERT_SECONDS
    const { rows, counts } = await this.#withPassing(async (passing) => {
      const found = await this.#db.integers(this.#orderSql(passing), { signal, deadlineSeconds })
      return { rows: found, counts: (await this.#db.rows(`SELECT ${COUNTS} FROM ${passing}`, { signal, deadlineSeconds }))[0] }
    })
    const [all] = await this.#db.rows(`SELECT CAST(count(*) AS INTEGER) AS total, CAST(count(*) FILTER (superseded) AS INTEGER) AS superseded FROM (${this.#all()})`, { signal })
    const environments = await this.#environments(signal)
    this.#basis = basis
    this.rows = rows
    this.generation++
    this.#failure = undefined
    this.#info = {
      count: rows.length, total: Number(all?.total), superseded: Number(all?.superseded), right: Number(counts?.right), wrong: Number(counts?.wrong),
      notScorable: Number(counts?.notScorable), parts: partsOf(this.runs), environments
    }
  }

  /** Takes the rows anew; where that fails, the list stays as it is and says why, until a run changes again. */
  async refreshOrTell(): Promise<void> {
    const basis = this.#now()
    try {
      await this.refresh()
    } catch (error) {
      if (!LabError.is(error)) throw error
      const place = this.request.filter.where === undefined ? 'the list' : 'the condition of the list'
      this.#failure = { place, message: `not up to date: ${error.message}`, count: 1 }
      if (this.orphaned) this.#empty()
      this.#basis = basis
    }
  }

  /** Rows that pass and the position of each, in the order of the view: of a group, all that pass stand at its position. */
  async searchable(signal?: AbortSignal): Promise<{ readonly rows: Int32Array; readonly positions: Int32Array }> {
    if (this.request.by === 'rollouts') return { rows: this.rows, positions: Int32Array.from(this.rows.keys()) }
    const [rows, firsts] = await this.#withPassing(async (passing) =>
      [await this.#db.integers(`SELECT row FROM ${passing} ORDER BY row`, { signal }), await this.#db.integers(`SELECT min(row) OVER (PARTITION BY ${GROUP_KEY}) FROM ${passing} ORDER BY row`, { signal })] as const)
    const positionOf = new Map([...this.rows].map((row, position) => [row, position]))
    const placed = [...rows].flatMap((row, i) => {
      const position = positionOf.get(firsts[i]!)
      return position === undefined ? [] : [{ row, position }]
    })
    placed.sort((a, b) => a.position - b.position || a.row - b.row)
    return { rows: Int32Array.from(placed, ({ row }) => row), positions: Int32Array.from(placed, ({ position }) => position) }
  }

  /** The first rows, of the kind that the list is of. */
  beginning(limit: number, signal?: AbortSignal): Promise<RolloutRow[] | GroupRow[]> {
    return this.request.by === 'rollouts' ? this.rollouts(0, limit, signal) : this.groups(0, limit, signal)
  }

  /** Rollouts from a position on. */
  async rollouts(offset: number, limit: number, signal?: AbortSignal): Promise<RolloutRow[]> {
    return rolloutRows(this.#db, this.named, this.rows.subarray(offset, offset + limit), signal)
  }

  /** Groups from a position on, each with all its rollouts, whatever the filter let pass. */
  async groups(offset: number, limit: number, signal?: AbortSignal): Promise<GroupRow[]> {
    return groupRows(this.#db, this.named, this.rows.subarray(offset, offset + limit), signal)
  }

  /** Position of a rollout, or of its group; null where the view does not have it. */
  async position(run: RunRollouts, id: string, signal?: AbortSignal): Promise<number | null> {
    const [row] = await this.#db.integers(`SELECT row FROM ${run.table} WHERE id = $id LIMIT 1`, { parameters: { id }, signal })
    if (row === undefined) return null
    const direct = this.rows.indexOf(row)
    if (direct >= 0 || this.request.by === 'rollouts') return direct < 0 ? null : direct
    const members = await this.#db.integers(`SELECT row FROM ${run.table} WHERE (kind, step, attempt, "group") IN (SELECT (kind, step, attempt, "group") FROM ${run.table} WHERE row = ${row})`, { signal })
    const places = [...members].map((member) => this.rows.indexOf(member)).filter((place) => place >= 0)
    return places[0] ?? null
  }

  /** How the view's rollouts spread over a column. */
  histogram(column: string, bins: number, signal?: AbortSignal): Promise<Histogram> {
    return this.#withPassing((passing) => histogramOf(this.#db, passing, column, bins, signal))
  }

  close(): Promise<void> {
    return this.#texts.close()
  }

  async #matchText(signal: AbortSignal | undefined): Promise<void> {
    const { text } = this.request.filter
    if (text !== undefined && text !== '') await this.#texts.replace(await this.#matches(text, signal))
  }

  /** Gives `work` a FROM clause over the rows that pass the filter. */
  #withPassing<T>(work: (passing: string) => Promise<T>): Promise<T> {
    return this.#texts.reading(async (table) => work(await this.#passing(table)))
  }

  async #passing(textTable: string | undefined): Promise<string> {
    const { filter } = this.request
    const parts = partsOf(this.runs)
    const conditions = [filterSql(filter, parts)]
    if (textTable !== undefined) conditions.push(`row IN (SELECT row FROM ${textTable})`)
    if (filter.labels !== undefined) conditions.push(await this.#labels.condition(this.named, filter.labels))
    if (filter.where !== undefined && filter.where.trim() !== '') {
      if (!this.#checked) await checkWhere(filter.where, parts)
      this.#checked = true
      conditions.push(`row IN (SELECT row FROM (${expertRows(this.#all(), namesByNumber(this.named), parts)}) rollouts WHERE ${whereSql(filter.where)})`)
    }
    return `(SELECT * FROM (${this.#all()}) WHERE ${conditions.join(' AND ')})`
  }

  #now(): Basis {
    return {
      versions: this.runs.map((run) => run.version), lives: this.runs.map((run) => run.lives),
      labels: this.#labels.version(this.runs), ofPart: this.runs.some((run) => run.unfinished)
    }
  }

  #empty(): void {
    this.rows = new Int32Array(0)
    this.generation++
    this.#info = { count: 0, total: 0, superseded: 0, right: 0, wrong: 0, notScorable: 0, parts: [], environments: [] }
  }

  /** Each once, by name. */
  async #environments(signal: AbortSignal | undefined): Promise<string[]> {
    const found = new Set<string>()
    for (const run of this.runs) (await run.environments(signal)).forEach((name) => found.add(name))
    return [...found].sort()
  }

  #orderSql(passing: string): string {
    const { by, sort } = this.request
    if (by === 'rollouts') return `SELECT row FROM ${passing} ORDER BY ${orderOfRollouts(sort)}`
    return `SELECT row FROM (SELECT min(row) AS row, ${valueOfGroup(sort)} AS value FROM ${passing} GROUP BY ${GROUP_KEY})
      ORDER BY value ${sort.descending ? 'DESC' : 'ASC'} NULLS LAST, row`
  }

  #all(): string {
    return unionOf(this.runs)
  }
}

const COUNTS = `CAST(count(*) FILTER (correct) AS INTEGER) AS "right", CAST(count(*) FILTER (NOT correct) AS INTEGER) AS wrong,
  CAST(count(*) FILTER (correct IS NULL) AS INTEGER) AS "notScorable"`

function namesByNumber(runs: readonly NamedRun[]): string[] {
  const names: string[] = []
  for (const { name, run } of runs) names[run.number] = name
  return Array.from(names, (name) => name ?? '')
}

export function noSuchView(view: string): LabError {
  return new LabError('usage', 'no-view', `there is no view ${JSON.stringify(view.slice(0, 40))}`, { remedy: 'Open the list again.' })
}
