import path from 'node:path'
import { setImmediate as yieldToOthers, setTimeout as delay } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import { samePart } from '../stores/partNames.ts'
import { MAX_INDEXED_PARTS } from '../stores/rolloutColumns.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import type { RolloutBatch } from '../stores/runLayout.ts'
import type { Shard } from '../stores/shardReader.ts'
import { readBatchFile, readBatchLines, TOO_LONG } from './batchLines.ts'
import type { QueryDatabase } from './database.ts'
import type { IndexCopies } from './indexCopies.ts'
import { batchesIn, noteDamaged, summariseIndexes } from './indexFiles.ts'
import type { IndexSummary } from './indexFiles.ts'
import { KnownSteps, rowOf } from './knownSteps.ts'
import type { KnownStep } from './knownSteps.ts'
import { readLinesFrom } from './lineTail.ts'
import type { TailLine } from './lineTail.ts'
import { NoticeBoard } from './noticeBoard.ts'
import { changedShards, listRolloutFiles } from './rolloutFiles.ts'
import type { LinesFile, RolloutFiles, SignedShard } from './rolloutFiles.ts'
import { requireReadableRun } from './runCards.ts'
import { RunIdentity } from './runIdentity.ts'
import { addPart, createTable, NameCodes, readTogether, rowOfIndex, selectIndexes, selectRows, tableTypes, tableValues } from './runTable.ts'
import type { IndexFile, TableRow } from './runTable.ts'
import { zeroVarianceOf } from './zeroVariance.ts'

/** Where rollouts of the table lie; a row's `file` is a place in the run's list of these. */
export type RolloutFile =
  | { readonly kind: 'shard'; readonly shard: Shard }
  | { readonly kind: 'lines'; readonly path: string; readonly batch: RolloutBatch }

/** The index of a shard with the numbers that its rows get. */
type PlacedIndex = IndexSummary & IndexFile

/** Rows of all runs share one sequence of numbers. */
export interface RowNumbers {
  next: number
}

const SECOND_LOOK_MS = 300

/** The rollouts of a run in memory, without text and tokens: loaded once, then kept up with what is written. */
export class RunRollouts {
  readonly directory: string
  readonly number: number
  readonly table: string
  readonly notices = new NoticeBoard()
  readonly files: RolloutFile[] = []
  readonly parts: string[] = []
  readonly names = new NameCodes()
  /** Grows with every change of the table. */
  version = 0
  /** How often rows went, since what they were read from did: those taken before may be no longer. */
  lives = 0
  /** There was more to read at the last look. */
  unfinished = false
  readonly #db: QueryDatabase
  readonly #copies: IndexCopies
  readonly #numbers: RowNumbers
  readonly #identity: RunIdentity
  readonly #steps = new KnownSteps()
  readonly #shards = new Map<number, SignedShard>()
  #last: Promise<void> = Promise.resolve()

  private constructor(directory: string, number: number, db: QueryDatabase, copies: IndexCopies, numbers: RowNumbers) {
    this.directory = directory
    this.number = number
    this.table = `run${number}`
    this.#db = db
    this.#copies = copies
    this.#numbers = numbers
    this.#identity = new RunIdentity(directory)
  }

  static async open(directory: string, number: number, db: QueryDatabase, copies: IndexCopies, numbers: RowNumbers): Promise<RunRollouts> {
    requireReadableRun(directory)
    const run = new RunRollouts(directory, number, db, copies, numbers)
    await db.change([createTable(run.table)])
    return run
  }

  get folder(): string {
    return path.join(this.directory, RUN_FILES.rollouts)
  }

  /** The table as the columns of a row, with a column for each of these reward parts. */
  selection(parts: readonly string[]): string {
    return selectRows(this.table, this.number, this.names, this.parts, parts)
  }

  /** Names of the environments that its rollouts are of. */
  async environments(signal: AbortSignal | undefined): Promise<string[]> {
    const codes = await this.#db.integers(`SELECT DISTINCT CAST(environment AS INTEGER) FROM ${this.table}`, { signal })
    return [...codes].map((code) => this.names.names[code] ?? '').filter((name) => name !== '')
  }

  /** Shards by number, and the shard of a step that was moved after it was read from lines. */
  shard(number: number): Shard | undefined {
    return this.#shards.get(number)
  }

  shardOfBatch(key: string): Shard | undefined {
    const number = this.#steps.get(key)?.shard
    return number === undefined ? undefined : this.#shards.get(number)
  }

  /** Steps of training that are still being sampled. */
  get openSteps(): number[] {
    return this.#steps.open('train')
  }

  /** Another run lies at the path since the last look. */
  get replaced(): boolean {
    return this.#identity.look() === 'replaced'
  }

  /** Takes in what was written since the last time, for at most about `budgetMs` milliseconds of reading lines. */
  sync(budgetMs = Infinity): Promise<void> {
    const turn = this.#last.catch(() => undefined).then(async () => {
      // Where it fails, what is left waits for the next change: asked at once, it would fail again and again.
      this.unfinished = false
      this.unfinished = await this.#sync(performance.now() + budgetMs)
    })
    this.#last = turn
    return turn
  }

  /** As `sync`; where that fails, the rows stay as they are and the lists of the run say why. */
  async syncOrTell(budgetMs: number): Promise<void> {
    try {
      await this.sync(budgetMs)
      this.notices.replace(this.directory, new Map())
    } catch (error) {
      if (!LabError.is(error)) throw error
      this.notices.set(this.directory, `not up to date: ${error.message}`)
      this.version++
    }
  }

  async drop(): Promise<void> {
    await this.#last.catch(() => undefined)
    await this.#db.change([`DROP TABLE ${this.table}`])
  }

  /** True = there is more to read at once. */
  async #sync(until: number): Promise<boolean> {
    const files = await this.#look()
    const identity = this.#identity.look()
    // Of a run that is gone, what was read stays.
    if (identity === 'absent') return false
    if (identity === 'replaced') await this.#startAnew()
    const { missing, other } = changedShards(this.#shards, files.shards)
    await this.#dropShards([...missing, ...other])
    for (const { path: place, message } of files.refused) this.notices.set(place, message)
    await this.#takeShards(files)
    const work = [...files.sealed.values()].filter((file) => this.#steps.get(file.key)?.sealed !== file.signature)
    for (const [done, file] of work.entries()) {
      if (done > 0 && performance.now() > until) return true
      await this.#skipVanished(file, () => this.#takeSealed(file))
    }
    for (const file of files.open.values()) {
      if (await this.#skipVanished(file, () => this.#takeOpen(file, until))) return true
    }
    await this.#forget(this.#steps.goneFrom(files))
    return false
  }

  /** A listing is not one moment's, and a run that is being removed loses its shards first: where one is missing, it is looked for twice. */
  async #look(): Promise<RolloutFiles> {
    const files = listRolloutFiles(this.folder)
    if (changedShards(this.#shards, files.shards).missing.length === 0) return files
    await delay(SECOND_LOOK_MS)
    return listRolloutFiles(this.folder)
  }

  async #startAnew(): Promise<void> {
    await this.#db.change([`DROP TABLE ${this.table}`, createTable(this.table)])
    for (const list of [this.files, this.parts]) list.splice(0)
    for (const known of [this.#steps, this.#shards]) known.clear()
    this.notices.clear()
    this.lives++
    this.version++
    requireReadableRun(this.directory)
    this.#identity.renew()
  }

  async #dropShards(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return
    const lost = new Set(numbers)
    const places = this.files.flatMap((file, number) => (file.kind === 'shard' && lost.has(file.shard.number) ? [number] : []))
    for (const number of numbers) this.#shards.delete(number)
    this.#steps.loseShards(lost)
    await this.#write([], places.length === 0 ? [] : [`DELETE FROM ${this.table} WHERE file IN (${places.join(', ')})`])
    this.lives++
  }

  async #takeShards(files: RolloutFiles): Promise<void> {
    const fresh = files.shards.filter(({ number }) => !this.#shards.has(number))
    if (fresh.length === 0) return
    for (const shard of fresh) this.#shards.set(shard.number, shard)
    await this.#copies.with(fresh, this.notices, async (copies) => {
      const indexes = await summariseIndexes(this.#db, copies, this.notices)
      for (const index of indexes) {
        await this.#addParts(index.parts)
        for (const name of index.names) this.names.codeOf(name)
      }
      const placed: PlacedIndex[] = []
      for (const index of indexes) placed.push(await this.#placedIndex(index, files))
      for (const together of readTogether(placed)) await this.#fill(together)
      this.version++
    })
  }

  /** Leaves out what is known from lines already; a step that was known while it was open is brought up to date. */
  async #placedIndex(summary: IndexSummary, files: RolloutFiles): Promise<PlacedIndex> {
    const { shard, rows } = summary
    const mine = this.#steps.size + files.sealed.size === 0 ? [] : await batchesIn(this.#db, summary)
    const known = this.#steps.moved(mine, shard.number)
    const stale = known.filter((key) => this.#steps.get(key)!.sealed === undefined && !files.sealed.has(key))
    const without = mine.filter((key) => this.#steps.has(key) || files.sealed.has(key))
    const index = { ...summary, file: this.#fileNumber({ kind: 'shard', shard }), firstRow: this.#numbers.next, without }
    this.#numbers.next += rows
    if (stale.length > 0) await this.#replaceFromIndex({ ...index, without: [], only: stale })
    return index
  }

  /** Steps that were sealed and moved since they were read: their rollouts keep their rows. */
  async #replaceFromIndex(index: IndexFile): Promise<void> {
    const found = await this.#db.rows(`${selectIndexes([index], this.names, this.parts)} ORDER BY "row"`)
    const keys = index.only ?? []
    const numbers = new Map(keys.flatMap((key) => [...this.#steps.get(key)!.rows]))
    const rows = found.map((row) => rowOfIndex(row, (id) => numbers.get(id) ?? this.#numbers.next++, this.names, this.parts))
    await this.#write(rows, keys.map((key) => this.#deletion(this.#steps.get(key)!.batch)))
    this.#steps.forget(keys)
  }

  /** All at once, which is fastest; where one of them is damaged, one by one, so that the others are read. */
  async #fill(indexes: readonly PlacedIndex[]): Promise<void> {
    try {
      await this.#db.change([`INSERT INTO ${this.table} ${selectIndexes(indexes, this.names, this.parts)}`])
    } catch (error) {
      if (!LabError.is(error)) throw error
      if (indexes.length === 1) noteDamaged(indexes[0]!, error, this.notices)
      else for (const index of indexes) await this.#fill([index])
    }
  }

  /** A file that is moved away between being listed and being read is met again in its new place. */
  async #skipVanished<T>(file: LinesFile, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (LabError.is(error, 'missing')) return undefined
      if (!LabError.is(error)) throw error
      this.notices.set(file.path, error.message)
      return undefined
    }
  }

  async #takeSealed(file: LinesFile): Promise<void> {
    const { rollouts, problems } = await readBatchFile(file.path, file.batch)
    this.notices.replace(file.path, problems)
    const step = this.#steps.of(file)
    const number = this.#fileNumber({ kind: 'lines', path: file.path, batch: file.batch })
    const flat = zeroVarianceOf(rollouts.map(({ rollout }) => rollout))
    const ids = new Set(rollouts.map(({ rollout }) => rollout.id))
    const rows = rollouts.map(({ rollout, place }): TableRow => ({ row: rowOf(step, rollout.id, this.#numbers), file: number, place, rollout, zeroVariance: flat.get(rollout.id) ?? null }))
    for (const id of step.rows.keys()) {
      if (!ids.has(id)) step.rows.delete(id)
    }
    await this.#write(rows, step.sealed === undefined && step.open === undefined ? [] : [this.#deletion(file.batch)])
    step.sealed = file.signature
    delete step.open
  }

  /** True = the time is up and there is more. */
  async #takeOpen(file: LinesFile, until: number): Promise<boolean> {
    const step = this.#steps.of(file)
    if (step.open?.signature !== file.signature) {
      step.open = { signature: file.signature, file: this.#fileNumber({ kind: 'lines', path: file.path, batch: file.batch }), offset: 0 }
    }
    const { open } = step
    for (;;) {
      const piece = readLinesFrom(file.path, open.offset)
      if (piece === 'shrunk') {
        await this.#forget([file.key])
        return true
      }
      if (piece.tooLong > 0) this.notices.add(file.path, TOO_LONG, piece.tooLong)
      await this.#takeOpenLines(file, step, open.file, piece.lines)
      open.offset = piece.next
      if (!piece.more) return false
      await yieldToOthers()
      if (performance.now() > until) return true
    }
  }

  async #takeOpenLines(file: LinesFile, known: KnownStep, number: number, lines: readonly TailLine[]): Promise<void> {
    const { rollouts, problems } = readBatchLines(lines, file.batch)
    for (const [problem, count] of problems) this.notices.add(file.path, problem, count)
    const seen = new Set<string>()
    const fresh = rollouts.filter(({ rollout: { id } }) => !known.rows.has(id) && !seen.has(id) && seen.add(id))
    const attempt = fresh.reduce((highest, { rollout }) => Math.max(highest, rollout.attempt), known.attempt)
    const rows = fresh.map(({ rollout, place }): TableRow => ({
      row: rowOf(known, rollout.id, this.#numbers), file: number, place, zeroVariance: null, rollout: { ...rollout, superseded: rollout.superseded || rollout.attempt < attempt }
    }))
    const again = attempt > known.attempt && known.rows.size > rows.length
    known.attempt = attempt
    const { kind, step } = file.batch
    await this.#write(rows, again ? [`UPDATE ${this.table} SET superseded = true WHERE kind = '${kind}' AND step = ${step} AND attempt < ${attempt} AND NOT superseded`] : [])
  }

  async #write(rows: readonly TableRow[], before: readonly string[]): Promise<void> {
    if (rows.length === 0 && before.length === 0) return
    await this.#addParts(new Set(rows.flatMap(({ rollout }) => rollout.parts.map(({ name }) => name))))
    const values = rows.map((row) => tableValues(row, this.names, this.parts))
    await this.#db.change(before, { table: this.table, types: tableTypes(this.parts), rows: values })
    this.version++
  }

  async #addParts(names: Iterable<string>): Promise<void> {
    for (const name of names) {
      if (samePart(this.parts, name) !== undefined || this.parts.length === MAX_INDEXED_PARTS) continue
      await this.#db.change([addPart(this.table, this.parts.length)])
      this.parts.push(name)
    }
  }

  async #forget(keys: readonly string[]): Promise<void> {
    await this.#write([], this.#steps.forget(keys).map((batch) => this.#deletion(batch)))
  }

  #deletion({ kind, step }: RolloutBatch): string {
    return `DELETE FROM ${this.table} WHERE kind = '${kind}' AND step = ${step}`
  }

  #fileNumber(file: RolloutFile): number {
    return this.files.push(file) - 1
  }
}
