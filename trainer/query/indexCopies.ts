import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import { onDisk } from '../stores/diskGuard.ts'
import { copyPlain } from '../stores/plainFiles.ts'
import type { Shard } from '../stores/shardReader.ts'
import type { CopiedIndex } from './indexFiles.ts'
import type { NoticeBoard } from './noticeBoard.ts'

/** An index has some 20 bytes a rollout: this is a hundred times what a shard of any run has. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024

/**
 * A folder of this process alone. Indexes of runs are copied into it to be read: the database is never let into a run, and what it
 * reads cannot change meanwhile. The folder is there only while something is read, since this process may be killed at any time.
 */
export class IndexCopies {
  readonly folder = path.join(os.tmpdir(), `rollout-lab-indexes-${randomUUID()}`)
  #made = 0
  #readers = 0

  /** Gives copies of these indexes to `work` and removes them afterwards; those that cannot be copied are named in the notices. */
  async with<T>(shards: readonly Shard[], notices: NoticeBoard, work: (copies: readonly CopiedIndex[]) => Promise<T>): Promise<T> {
    const copies: CopiedIndex[] = []
    if (this.#readers === 0) onDisk(this.folder, () => fs.mkdirSync(this.folder, { mode: 0o700 }))
    this.#readers++
    try {
      for (const shard of shards) {
        const copy = { shard, path: path.join(this.folder, `${this.#made++}.parquet`) }
        copies.push(copy)
        if (!copied(copy, notices)) copies.pop()
        await yieldToOthers()
      }
      return await work(copies)
    } finally {
      for (const copy of copies) fs.rmSync(copy.path, { force: true })
      if (--this.#readers === 0) this.remove()
    }
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}

function copied({ shard, path: to }: CopiedIndex, notices: NoticeBoard): boolean {
  try {
    copyPlain(shard.index, to, MAX_INDEX_BYTES)
    return true
  } catch (error) {
    if (!LabError.is(error)) throw error
    notices.set(shard.index, error.message)
    fs.rmSync(to, { force: true })
    return false
  }
}
