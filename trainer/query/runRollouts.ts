import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import type { Shard } from '../stores/shardReader.ts'
import type { QueryDatabase } from './database.ts'
import type { IndexCopies } from './indexCopies.ts'
import { KnownSteps } from './knownSteps.ts'
import { NoticeBoard } from './noticeBoard.ts'
import { listRolloutFiles } from './rolloutFiles.ts'
import type { RolloutFiles } from './rolloutFiles.ts'
import { requireReadableRun } from './runCards.ts'
import { RunIdentity } from './runIdentity.ts'
import { RunLines } from './runLines.ts'
import { RunRows } from './runRows.ts'
import type { RolloutFile, RowNumbers } from './runRows.ts'
import { RunShards } from './runShards.ts'

const SECOND_LOOK_MS = 300

/** The rollouts of a run in memory, without text and tokens: loaded once, then kept up with what is written. */
export class RunRollouts {
  readonly directory: string
  readonly notices = new NoticeBoard()
  /** There was more to read at the last look. */
  unfinished = false
  readonly #rows: RunRows
  readonly #shards: RunShards
  readonly #lines: RunLines
  readonly #identity: RunIdentity
  readonly #steps = new KnownSteps()
  #last: Promise<void> = Promise.resolve()

  private constructor(directory: string, rows: RunRows, db: QueryDatabase, copies: IndexCopies) {
    this.directory = directory
    this.#rows = rows
    const parts = { rows, steps: this.#steps, notices: this.notices }
    this.#shards = new RunShards({ ...parts, db, copies })
    this.#lines = new RunLines(parts)
    this.#identity = new RunIdentity(directory)
  }

  static async open(directory: string, number: number, db: QueryDatabase, copies: IndexCopies, numbers: RowNumbers): Promise<RunRollouts> {
    requireReadableRun(directory)
    const rows = new RunRows(number, db, numbers)
    const run = new RunRollouts(directory, rows, db, copies)
    await rows.create()
    return run
  }

  get number(): number {
    return this.#rows.number
  }

  get table(): string {
    return this.#rows.table
  }

  get files(): readonly RolloutFile[] {
    return this.#rows.files
  }

  /** Names of its reward parts. */
  get parts(): readonly string[] {
    return this.#rows.parts
  }

  /** Grows with every change of the table. */
  get version(): number {
    return this.#rows.version
  }

  /** How often rows went, since what they were read from did: those taken before may be no longer. */
  get lives(): number {
    return this.#rows.lives
  }

  get folder(): string {
    return path.join(this.directory, RUN_FILES.rollouts)
  }

  /** The table as the columns of a row, with a column for each of these reward parts. */
  selection(parts: readonly string[]): string {
    return this.#rows.selection(parts)
  }

  /** Names of the environments that its rollouts are of. */
  environments(signal: AbortSignal | undefined): Promise<string[]> {
    return this.#rows.environments(signal)
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
      this.#rows.version++
    }
  }

  async drop(): Promise<void> {
    await this.#last.catch(() => undefined)
    await this.#rows.drop()
  }

  /** True = there is more to read at once. */
  async #sync(until: number): Promise<boolean> {
    const files = await this.#look()
    const identity = this.#identity.look()
    // Of a run that is gone, what was read stays.
    if (identity === 'absent') return false
    if (identity === 'replaced') await this.#startAnew()
    const { missing, other } = this.#shards.changed(files)
    await this.#shards.drop([...missing, ...other])
    for (const { path: place, message } of files.refused) this.notices.set(place, message)
    await this.#shards.take(files)
    if (await this.#lines.take(files, until)) return true
    await this.#lines.forget(this.#steps.goneFrom(files))
    return false
  }

  /** A listing is not one moment's, and a run that is being removed loses its shards first: where one is missing, it is looked for twice. */
  async #look(): Promise<RolloutFiles> {
    const files = listRolloutFiles(this.folder)
    if (this.#shards.changed(files).missing.length === 0) return files
    await delay(SECOND_LOOK_MS)
    return listRolloutFiles(this.folder)
  }

  async #startAnew(): Promise<void> {
    await this.#rows.startAnew()
    for (const known of [this.#steps, this.#shards]) known.clear()
    this.notices.clear()
    requireReadableRun(this.directory)
    this.#identity.renew()
  }
}
