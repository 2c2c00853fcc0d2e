import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import type { LabelFault, LabelRecord } from '../../protocol/label.ts'
import { onDisk } from '../../stores/diskGuard.ts'
import { LabelFile } from './labelFile.ts'
import type { PlacedRecord } from './labelFile.ts'
import { byTime, isSame, winner } from './labelOrder.ts'
import { sharedStrings } from './sharedStrings.ts'

/** The labels of a folder, kept up to date by reading what was added: files that were replaced are read again. */
export class LabelTail {
  readonly folder: string
  readonly #share = sharedStrings()
  readonly #files = new Map<string, LabelFile>()
  readonly #unreadable = new Map<string, LabelFault>()
  readonly #records = new Map<string, LabelRecord>()
  readonly #byRollout = new Map<string, Map<string, LabelRecord>>()

  constructor(folder: string) {
    this.folder = folder
  }

  /** Reads what is new. The rollouts of which records came, changed or went; empty where nothing did. */
  poll(): readonly string[] {
    const rollouts = new Set<string>()
    const names = labelFilesIn(this.folder)
    this.#unreadable.clear()
    for (const name of [...this.#files.keys()].filter((known) => !names.includes(known))) this.#forget(name, rollouts)
    for (const name of names) this.#pollFile(name, rollouts)
    return [...rollouts]
  }

  /** Number of records. */
  get size(): number {
    return this.#records.size
  }

  /** Paths of the files that were read, sorted. */
  get files(): readonly string[] {
    return this.#sorted().map(({ place }) => place)
  }

  get faults(): readonly LabelFault[] {
    return [...this.#sorted().flatMap((file) => file.faults), ...this.#unreadable.values(), ...this.#contradictions()]
  }

  /** Ids of the rollouts that have records. */
  rollouts(): Iterable<string> {
    return this.#byRollout.keys()
  }

  /** Records of a rollout, oldest first. */
  recordsOf(rollout: string): readonly LabelRecord[] {
    return [...(this.#byRollout.get(rollout)?.values() ?? [])].sort(byTime)
  }

  /** All records, in no order. */
  records(): Iterable<LabelRecord> {
    return this.#records.values()
  }

  #sorted(): readonly LabelFile[] {
    return [...this.#files.values()].sort((a, b) => (a.place < b.place ? -1 : 1))
  }

  #pollFile(name: string, rollouts: Set<string>): void {
    const file = this.#files.get(name) ?? new LabelFile(path.join(this.folder, name), this.#share)
    try {
      const changed = file.poll()
      this.#files.set(name, file)
      for (const id of changed) this.#settle(id, rollouts)
    } catch (error) {
      // Links, folders and pipes of that name, and what may not be read: the other files are read all the same.
      if (!LabError.is(error)) throw error
      this.#forget(name, rollouts)
      if (error.code !== 'missing') this.#unreadable.set(name, { file: file.place, line: 1, code: 'notAFile', message: error.message })
    }
  }

  #forget(name: string, rollouts: Set<string>): void {
    const file = this.#files.get(name)
    this.#files.delete(name)
    for (const id of file?.records.keys() ?? []) this.#settle(id, rollouts)
  }

  /** Brings one id up to date with what the files have of it. */
  #settle(id: string, rollouts: Set<string>): void {
    const before = this.#records.get(id)
    const versions = [...this.#files.values()].flatMap((file) => file.records.get(id)?.record ?? [])
    const after = versions.length === 0 ? undefined : versions.reduce(winner)
    if (before !== undefined && after !== undefined && isSame(before, after)) return
    if (before !== undefined) this.#remove(before, rollouts)
    if (after !== undefined) this.#add(after, rollouts)
  }

  #add(record: LabelRecord, rollouts: Set<string>): void {
    this.#records.set(record.id, record)
    const records = this.#byRollout.get(record.rollout) ?? new Map<string, LabelRecord>()
    this.#byRollout.set(record.rollout, records.set(record.id, record))
    rollouts.add(record.rollout)
  }

  #remove({ id, rollout }: LabelRecord, rollouts: Set<string>): void {
    this.#records.delete(id)
    this.#byRollout.get(rollout)?.delete(id)
    if (this.#byRollout.get(rollout)?.size === 0) this.#byRollout.delete(rollout)
    rollouts.add(rollout)
  }

  /** Records that lost against another one of the same id in another file. */
  #contradictions(): LabelFault[] {
    return this.#sorted().flatMap((file) => [...file.records].filter(([id, { record }]) => !isSame(this.#records.get(id) ?? record, record)).sort(byLine).map(
      ([id, { line }]): LabelFault => ({ file: file.place, line, code: 'duplicateId', message: `another record with the id ${id} stands in another file; the older one counts` })
    ))
  }
}

const byLine = ([, a]: readonly [string, PlacedRecord], [, b]: readonly [string, PlacedRecord]): number => a.line - b.line

function labelFilesIn(folder: string): readonly string[] {
  if (!fs.existsSync(folder)) return []
  return onDisk(folder, () => fs.readdirSync(folder)).filter((name) => name.endsWith('.jsonl')).sort()
}
