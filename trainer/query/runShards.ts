import { LabError } from '../errors.ts'
import type { Shard } from '../stores/shardReader.ts'
import type { QueryDatabase } from './database.ts'
import type { IndexCopies } from './indexCopies.ts'
import { batchesIn, noteDamaged, summariseIndexes } from './indexFiles.ts'
import type { IndexSummary } from './indexFiles.ts'
import type { KnownSteps } from './knownSteps.ts'
import type { NoticeBoard } from './noticeBoard.ts'
import { changedShards } from './rolloutFiles.ts'
import type { RolloutFiles, SignedShard } from './rolloutFiles.ts'
import type { RunRows } from './runRows.ts'
import { readTogether } from './runTable.ts'
import type { IndexFile } from './runTable.ts'

/** The index of a shard with the numbers that its rows get. */
type PlacedIndex = IndexSummary & IndexFile

export interface ShardParts {
  readonly db: QueryDatabase
  readonly copies: IndexCopies
  readonly rows: RunRows
  readonly steps: KnownSteps
  readonly notices: NoticeBoard
}

/** The shards of a run that were taken in, by their indexes. */
export class RunShards {
  readonly #parts: ShardParts
  readonly #shards = new Map<number, SignedShard>()

  constructor(parts: ShardParts) {
    this.#parts = parts
  }

  get(number: number): Shard | undefined {
    return this.#shards.get(number)
  }

  /** Numbers of those that are not listed any more, and of those that are others now. */
  changed({ shards }: RolloutFiles): ReturnType<typeof changedShards> {
    return changedShards(this.#shards, shards)
  }

  clear(): void {
    this.#shards.clear()
  }

  async drop(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return
    const { rows, steps } = this.#parts
    const lost = new Set(numbers)
    const places = rows.files.flatMap((file, number) => (file.kind === 'shard' && lost.has(file.shard.number) ? [number] : []))
    for (const number of numbers) this.#shards.delete(number)
    steps.loseShards(lost)
    await rows.forgetFiles(places)
    rows.lives++
  }

  /** Takes in those that are new. */
  async take(files: RolloutFiles): Promise<void> {
    const fresh = files.shards.filter(({ number }) => !this.#shards.has(number))
    if (fresh.length === 0) return
    const { db, copies, rows, notices } = this.#parts
    for (const shard of fresh) this.#shards.set(shard.number, shard)
    await copies.with(fresh, notices, async (copied) => {
      const indexes = await summariseIndexes(db, copied, notices)
      for (const index of indexes) {
        await rows.addParts(index.parts)
        for (const name of index.names) rows.names.codeOf(name)
      }
      const placed: PlacedIndex[] = []
      for (const index of indexes) placed.push(await this.#placed(index, files))
      for (const together of readTogether(placed)) await this.#fill(together)
      rows.version++
    })
  }

  /** Leaves out what is known from lines already; a step that was known while it was open is brought up to date. */
  async #placed(summary: IndexSummary, files: RolloutFiles): Promise<PlacedIndex> {
    const { db, rows: table, steps } = this.#parts
    const { shard, rows } = summary
    const mine = steps.size + files.sealed.size === 0 ? [] : await batchesIn(db, summary)
    const known = steps.moved(mine, shard.number)
    const stale = known.filter((key) => steps.get(key)!.sealed === undefined && !files.sealed.has(key))
    const without = mine.filter((key) => steps.has(key) || files.sealed.has(key))
    const index = { ...summary, file: table.fileNumber({ kind: 'shard', shard }), firstRow: table.numbers.next, without }
    table.numbers.next += rows
    if (stale.length > 0) await this.#replaceSteps({ ...index, without: [], only: stale }, stale)
    return index
  }

  /** Steps that were sealed and moved since they were read: their rollouts keep their rows. */
  async #replaceSteps(index: IndexFile, keys: readonly string[]): Promise<void> {
    const { rows, steps } = this.#parts
    const numbers = new Map(keys.flatMap((key) => [...steps.get(key)!.rows]))
    const read = await rows.rowsOf(index, (id) => numbers.get(id))
    await rows.write(read, keys.map((key) => rows.deletionOf(steps.get(key)!.batch)))
    steps.forget(keys)
  }

  /** All at once, which is fastest; where one of them is damaged, one by one, so that the others are read. */
  async #fill(indexes: readonly PlacedIndex[]): Promise<void> {
    try {
      await this.#parts.rows.fill(indexes)
    } catch (error) {
      if (!LabError.is(error)) throw error
      if (indexes.length === 1) noteDamaged(indexes[0]!, error, this.#parts.notices)
      else for (const index of indexes) await this.#fill([index])
    }
  }
}
