import { INTEGER } from '@duckdb/node-api'
import type { Json } from '@duckdb/node-api'
import { LabError } from '../errors.ts'
import type { GroupRow, Histogram, RolloutFilter, RolloutRow, RolloutSort, ViewInfo } from '../protocol/rolloutViews.ts'
import { PART_PREFIX, sqlName } from '../stores/rolloutColumns.ts'
import { DEADLINE_SECONDS } from './database.ts'
import type { QueryDatabase } from './database.ts'
import type { LabelIndex } from './labels/labelIndex.ts'
import { filterSql, orderOfRollouts, valueOfGroup } from './filterSql.ts'
import type { RunRollouts } from './runRollouts.ts'
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
const GROUP_KEY = 'run, kind, step, attempt, "group"'

/** A list of rollouts or groups in its order: positions stand for rows until the generation changes. */
export class RolloutView {
  readonly id: string
  readonly runs: readonly RunRollouts[]
  readonly request: ViewRequest
  generation = 0
  /** Row numbers in order; of groups, the first row of each that passes the filter. */
  rows: Int32Array = new Int32Array(0)
  /** Version of each run's table that the rows were taken from. */
  versions: readonly number[] = []
  /** The rows were taken while a run was read in part: they are not what a whole look would give, whether the view follows or not. */
  ofPart = false
  readonly #db: QueryDatabase
  readonly #labels: LabelIndex
  readonly #matches: TextMatches
  #info: Omit<ViewInfo, 'view' | 'generation' | 'notices'> | undefined
  /** Version of the labels that the filter was applied to. */
  #labelVersion = 0
  #checked = false
  #textTable: string | undefined

  constructor(id: string, runs: readonly RunRollouts[], request: ViewRequest, db: QueryDatabase, labels: LabelIndex, matches: TextMatches) {
    this.id = id
    this.runs = runs
    this.request = request
    this.#db = db
    this.#labels = labels
    this.#matches = matches
  }

  get info(): ViewInfo {
    if (this.#info === undefined) throw new Error('a view is asked before it was made')
    return { view: this.id, generation: this.generation, ...this.#info, notices: this.runs.flatMap((run) => run.notices.all) }
  }

  get stale(): boolean {
    const relabelled = this.request.filter.labels !== undefined && this.#labels.version(this.runs) !== this.#labelVersion
    const completed = this.ofPart && !this.runs.some((run) => run.unfinished)
    return relabelled || completed || this.runs.some((run, i) => run.version !== this.versions[i])
  }

  /** Takes the rows anew from what the runs hold now. */
  async refresh(signal?: AbortSignal): Promise<void> {
    const versions = this.runs.map((run) => run.version)
    const ofPart = this.runs.some((run) => run.unfinished)
    const labelVersion = this.#labels.version(this.runs)
    await this.#matchText(signal)
    const passing = await this.#passing()
    const deadlineSeconds = this.request.filter.where === undefined ? DEADLINE_SECONDS : EXPERT_SECONDS
    const rows = await this.#db.integers(this.#orderSql(passing), { signal, deadlineSeconds })
    const [counts] = await this.#db.rows(`SELECT ${COUNTS} FROM ${passing}`, { signal, deadlineSeconds })
    const [total] = await this.#db.rows(`SELECT CAST(count(*) AS INTEGER) AS total FROM (${this.#all()})`, { signal })
    this.rows = rows
    this.versions = versions
    this.ofPart = ofPart
    this.#labelVersion = labelVersion
    this.generation++
    this.#info = { count: rows.length, total: Number(total?.total), right: Number(counts?.right), wrong: Number(counts?.wrong), notScorable: Number(counts?.notScorable) }
  }

  /** Rows that pass and the position of each, in the order of the view: of a group, all that pass stand at its position. */
  async searchable(signal?: AbortSignal): Promise<{ readonly rows: Int32Array; readonly positions: Int32Array }> {
    if (this.request.by === 'rollouts') return { rows: this.rows, positions: Int32Array.from(this.rows.keys()) }
    const passing = await this.#passing()
    const [rows, firsts] = [await this.#db.integers(`SELECT row FROM ${passing} ORDER BY row`, { signal }), await this.#db.integers(`SELECT min(row) OVER (PARTITION BY ${GROUP_KEY}) FROM ${passing} ORDER BY row`, { signal })]
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
    return rolloutRows(this.#db, this.runs, this.rows.subarray(offset, offset + limit), signal)
  }

  /** Groups from a position on, each with all its rollouts, whatever the filter let pass. */
  async groups(offset: number, limit: number, signal?: AbortSignal): Promise<GroupRow[]> {
    const wanted = this.rows.subarray(offset, offset + limit)
    if (wanted.length === 0) return []
    const found = await this.#db.rows(`SELECT first, ${GROUP_FIGURES} FROM (
      SELECT all_.*, keys.first FROM (${this.#all()}) all_ JOIN (SELECT ${GROUP_KEY}, row AS first FROM (${this.#all()}) WHERE row IN (${wanted.join(', ')})) keys
        USING (${GROUP_KEY}) WHERE ${await this.#stepsOf(wanted, signal)}) GROUP BY first, ${GROUP_KEY}`, { signal })
    const byRow = new Map(found.map((row) => [Number(row.first), this.#groupRow(row)]))
    return [...wanted].flatMap((row) => byRow.get(row) ?? [])
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
  async histogram(column: string, bins: number, signal?: AbortSignal): Promise<Histogram> {
    const passing = await this.#passing()
    const value = `CAST(${sqlName(column)} AS DOUBLE)`
    const [ends] = await this.#db.rows(`SELECT min(${value}) AS least, max(${value}) AS most, CAST(count(*) - count(${value}) AS INTEGER) AS missing FROM ${passing}`, { signal })
    const missing = Number(ends?.missing ?? 0)
    if (typeof ends?.least !== 'number' || typeof ends.most !== 'number') return { edges: Array.from({ length: bins + 1 }, (_, i) => i / bins), counts: new Array<number>(bins).fill(0), missing }
    const width = ends.most > ends.least ? (ends.most - ends.least) / bins : 1 / bins
    const counted = await this.#db.rows(`SELECT least(${bins - 1}, greatest(0, CAST(floor((${value} - CAST('${ends.least}' AS DOUBLE)) / CAST('${width}' AS DOUBLE)) AS INTEGER))) AS bin, CAST(count(*) AS INTEGER) AS n
      FROM ${passing} WHERE ${value} IS NOT NULL GROUP BY bin`, { signal })
    const counts = new Array<number>(bins).fill(0)
    for (const { bin, n } of counted) counts[Number(bin)] = Number(n)
    return { edges: Array.from({ length: bins + 1 }, (_, i) => (i === bins && ends.most !== ends.least ? (ends.most as number) : (ends.least as number) + width * i)), counts, missing }
  }

  async close(): Promise<void> {
    if (this.#textTable !== undefined) await this.#db.change([`DROP TABLE ${this.#textTable}`])
    this.#textTable = undefined
  }

  async #matchText(signal: AbortSignal | undefined): Promise<void> {
    const { text } = this.request.filter
    if (text === undefined || text === '') return
    const rows = await this.#matches(text, signal)
    await this.close()
    const table = `text_${this.id.replace(/\W/g, '')}`
    await this.#db.change([`CREATE TABLE ${table} (row INTEGER)`], { table, types: [INTEGER], rows: [...rows].map((row) => [row]) })
    this.#textTable = table
  }

  /** FROM clause over the rows that pass the filter. */
  async #passing(): Promise<string> {
    const { filter } = this.request
    const parts = partsOf(this.runs)
    const conditions = [filterSql(filter, parts)]
    if (this.#textTable !== undefined) conditions.push(`row IN (SELECT row FROM ${this.#textTable})`)
    if (filter.labels !== undefined) conditions.push(await this.#labels.condition(this.runs, filter.labels))
    if (filter.where !== undefined && filter.where.trim() !== '') {
      if (!this.#checked) await checkWhere(filter.where, parts)
      this.#checked = true
      conditions.push(`row IN (SELECT row FROM (${expertRows(this.#all(), directoriesByNumber(this.runs), parts)}) rollouts WHERE ${whereSql(filter.where)})`)
    }
    return `(SELECT * FROM (${this.#all()}) WHERE ${conditions.join(' AND ')})`
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

  /** A range of steps that holds these rows: parts of the tables outside it are not looked at. */
  async #stepsOf(rows: Int32Array, signal: AbortSignal | undefined): Promise<string> {
    const [ends] = await this.#db.rows(`SELECT min(step) AS least, max(step) AS most FROM (${this.#all()}) WHERE row IN (${rows.join(', ')})`, { signal })
    return typeof ends?.least === 'number' ? `all_.step BETWEEN ${ends.least} AND ${Number(ends.most)}` : 'true'
  }

  #groupRow(row: Record<string, Json>): GroupRow {
    const { first: _, run, ...rest } = row
    return { ...(rest as unknown as GroupRow), run: directoryOf(this.runs, run) }
  }
}

const COUNTS = `CAST(count(*) FILTER (correct) AS INTEGER) AS "right", CAST(count(*) FILTER (NOT correct) AS INTEGER) AS wrong,
  CAST(count(*) FILTER (correct IS NULL) AS INTEGER) AS "notScorable"`

const GROUP_FIGURES = `run, "group", CAST(kind AS VARCHAR) AS kind, step, attempt, min(problemId) AS problemId, min(id) AS member, min(environment) AS environment, CAST(count(*) AS INTEGER) AS size,
  CAST(count(*) FILTER (correct) AS INTEGER) AS "right", CAST(count(correct) AS INTEGER) AS graded, avg(reward) AS meanReward, min(reward) AS minReward, max(reward) AS maxReward,
  avg(completionTokens) AS meanTokens, bool_or(kept) AS kept, bool_and(zeroVariance) AS zeroVariance`

/** The rows given, as lists show them, in the order given. */
export async function rolloutRows(db: QueryDatabase, runs: readonly RunRollouts[], wanted: Int32Array, signal?: AbortSignal): Promise<RolloutRow[]> {
  if (wanted.length === 0) return []
  const found = await db.rows(`SELECT * FROM (${unionOf(runs)}) WHERE row IN (${wanted.join(', ')})`, { signal })
  const byRow = new Map(found.map((row) => [Number(row.row), rolloutRow(row, runs)]))
  return [...wanted].flatMap((row) => byRow.get(row) ?? [])
}

/** SELECT over the rows of all these runs. */
export function unionOf(runs: readonly RunRollouts[]): string {
  const parts = partsOf(runs)
  return runs.map((run) => run.selection(parts)).join(' UNION ALL ')
}

export const partsOf = (runs: readonly RunRollouts[]): string[] => [...new Set(runs.flatMap((run) => run.parts))]

function directoriesByNumber(runs: readonly RunRollouts[]): string[] {
  const directories: string[] = []
  for (const run of runs) directories[run.number] = run.directory
  return Array.from(directories, (directory) => directory ?? '')
}

function directoryOf(runs: readonly RunRollouts[], number: Json | undefined): string {
  return runs.find((run) => run.number === number)?.directory ?? ''
}

function rolloutRow(row: Record<string, Json>, runs: readonly RunRollouts[]): RolloutRow {
  const own = runs.find((run) => run.number === row.run)
  const parts = Object.fromEntries((own?.parts ?? []).map((name) => [name, row[PART_PREFIX + name] as number | null]))
  const { run: _run, row: _row, file: _file, place: _place, ...rest } = row
  const plain = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(PART_PREFIX)))
  return { ...(plain as unknown as RolloutRow), run: own?.directory ?? '', parts }
}

export function noSuchView(view: string): LabError {
  return new LabError('usage', 'no-view', `there is no view ${JSON.stringify(view.slice(0, 40))}`, { remedy: 'Open the list again.' })
}
