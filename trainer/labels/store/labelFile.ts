import fs from 'node:fs'
import type { LabelFault, LabelRecord } from '../../protocol/label.ts'
import { openToRead } from '../../stores/plainFiles.ts'
import { LABEL_LINE_BYTES, parseLabelLine } from './labelLine.ts'
import { isSame, winner } from './labelOrder.ts'
import { linesFrom } from './linesFrom.ts'
import type { FileLine } from './linesFrom.ts'
import { sharedStrings } from './sharedStrings.ts'
import type { ShareStrings } from './sharedStrings.ts'

/** Compared to see whether a file that grew is still the one that was read. */
const SAMPLE_BYTES = 4096
/** What a writer could fill in a lifetime; the rest of a larger file is not read. */
const MOST_BYTES = 512 * 1024 * 1024

export interface PlacedRecord {
  readonly record: LabelRecord
  /** 1-based. */
  readonly line: number
}

/** One writer's file as far as it was read. */
export class LabelFile {
  readonly place: string
  readonly #share: ShareStrings
  #records = new Map<string, PlacedRecord>()
  #faults: LabelFault[] = []
  /** Of the line that no newline ends yet: it may be whole the next time. */
  #torn: LabelFault | undefined
  /** Whether that line gave records all the same: what is written on may make something else of them. */
  #unsettled = false
  #offset = 0
  #lines = 0
  #seen = { size: -1, time: -1n }
  #sample: { readonly at: number; readonly bytes: Buffer } = { at: 0, bytes: Buffer.alloc(0) }

  constructor(place: string, share: ShareStrings = sharedStrings()) {
    this.place = place
    this.#share = share
  }

  get records(): ReadonlyMap<string, PlacedRecord> {
    return this.#records
  }

  get faults(): readonly LabelFault[] {
    return this.#torn ? [...this.#faults, this.#torn] : this.#faults
  }

  /** Reads what was added, or all of it anew where it is no longer what it was. Ids of records that came, changed or went. */
  poll(): ReadonlySet<string> {
    const handle = openToRead(this.place)
    try {
      const stats = fs.fstatSync(handle, { bigint: true })
      const [size, time] = [Number(stats.size), stats.mtimeNs]
      if (size === this.#seen.size && time === this.#seen.time) return new Set()
      const grown = size > this.#seen.size && !this.#unsettled && this.#isSameSoFar(handle)
      const changed = grown ? this.#readOn(handle) : this.#readAnew(handle)
      this.#seen = { size, time }
      return changed
    } finally {
      fs.closeSync(handle)
    }
  }

  #isSameSoFar(handle: number): boolean {
    const { at, bytes } = this.#sample
    return readAt(handle, at, bytes.length).equals(bytes)
  }

  #readAnew(handle: number): ReadonlySet<string> {
    const before = this.#records
    this.#records = new Map()
    this.#faults = []
    this.#offset = 0
    this.#lines = 0
    this.#readOn(handle)
    return differing(before, this.#records)
  }

  #readOn(handle: number): ReadonlySet<string> {
    const changed = new Set<string>()
    this.#torn = undefined
    this.#unsettled = false
    for (const line of linesFrom(handle, this.#offset)) {
      if (line.end > MOST_BYTES) {
        this.#torn = this.#fault(this.#lines + 1, 'tooLong', `the file is longer than ${MOST_BYTES} bytes; the rest is not read`)
        break
      }
      this.#take(line, changed)
    }
    const from = Math.max(0, this.#offset - SAMPLE_BYTES)
    this.#sample = { at: from, bytes: readAt(handle, from, this.#offset - from) }
    return changed
  }

  #take(line: FileLine, changed: Set<string>): void {
    const number = this.#lines + 1
    const { records, fault } = line.text === undefined ? { records: [], fault: unreadable(line) } : parseLabelLine(line.text, line.ended)
    for (const record of records) this.#add({ record: this.#share(record), line: number }, changed)
    const found = fault && this.#fault(number, fault.code, fault.message)
    if (!line.ended) {
      this.#torn = found
      this.#unsettled = records.length > 0
      return
    }
    if (found) this.#faults.push(found)
    this.#offset = line.end
    this.#lines = number
  }

  #add(placed: PlacedRecord, changed: Set<string>): void {
    const { id } = placed.record
    const known = this.#records.get(id)
    if (known !== undefined && isSame(known.record, placed.record)) return
    changed.add(id)
    if (known !== undefined) this.#faults.push(this.#fault(placed.line, 'duplicateId', `another record with the id ${id} stands in line ${known.line}; the older one counts`))
    this.#records.set(id, known === undefined || winner(known.record, placed.record) === placed.record ? placed : known)
  }

  #fault(line: number, code: LabelFault['code'], message: string): LabelFault {
    return { file: this.place, line, code, message }
  }
}

const unreadable = ({ tooLong }: FileLine): Pick<LabelFault, 'code' | 'message'> =>
  tooLong ? { code: 'tooLong', message: `longer than the ${LABEL_LINE_BYTES} bytes that a label may have` } : { code: 'notJson', message: 'not UTF-8' }

function differing(before: ReadonlyMap<string, PlacedRecord>, after: ReadonlyMap<string, PlacedRecord>): ReadonlySet<string> {
  const changed = new Set([...before.keys()].filter((id) => !after.has(id)))
  for (const [id, { record }] of after) {
    const known = before.get(id)
    if (known === undefined || !isSame(known.record, record)) changed.add(id)
  }
  return changed
}

function readAt(handle: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, fs.readSync(handle, bytes, 0, length, position))
}
