import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { onDisk } from './diskGuard.ts'
import { syncFolder, writeAll } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { requireFinite } from './finite.ts'
import { MAX_LINE_BYTES, readJsonLines } from './jsonLinesReader.ts'
import type { JsonLine } from './jsonLinesReader.ts'
import { openToAppend, openToTruncate, plainKind } from './plainFiles.ts'
import type { ReportRecovery } from './recovery.ts'

/**
 * How long a line may lie in the operating system's memory before it is forced to the disk. A killed process loses nothing
 * either way; a power cut loses at most this much.
 */
const SYNC_INTERVAL_MS = 1000

/** The line of a record, newline included. Lone surrogates, which other JSON readers refuse, become U+FFFD (same length). */
export function jsonLine(record: object): Buffer {
  const text = JSON.stringify(record)
  return Buffer.from(`${text.includes('\\ud') ? JSON.stringify(record, wellFormed) : text}\n`)
}

const wellFormed = (_key: string, value: unknown): unknown => (typeof value === 'string' ? value.toWellFormed() : value)

/** Appends records to a JSONL file: once `append` has returned, a killed process does not lose the record. */
export class JsonLinesWriter {
  readonly #place: string
  readonly #ops: FileOps
  readonly #file: number
  #size: number
  #syncedAt: number
  #unsynced = false
  #closed = false

  /** Opens the file, made where it is absent. A file of an earlier process goes through `recoverJsonLines` first. */
  constructor(place: string, ops: FileOps) {
    this.#place = place
    this.#ops = ops
    const isNew = plainKind(place) === 'absent'
    this.#file = openToAppend(ops, place)
    this.#size = fs.fstatSync(this.#file).size
    this.#syncedAt = Date.now()
    if (isNew) onDisk(place, () => syncFolder(ops, path.dirname(place)))
  }

  append(record: object): void {
    if (this.#closed) throw new LabError('store', 'closed', `${this.#place} is closed`, { place: this.#place, remedy: 'Open the run again to go on with it.' })
    requireFinite(record, this.#place)
    const bytes = jsonLine(record)
    if (bytes.length > MAX_LINE_BYTES) throw tooLong(this.#place, bytes.length)
    onDisk(this.#place, () => this.#write(bytes))
    this.#unsynced = true
    if (Date.now() - this.#syncedAt >= SYNC_INTERVAL_MS) this.sync()
  }

  sync(): void {
    if (!this.#unsynced) return
    onDisk(this.#place, () => this.#ops.sync(this.#file))
    this.#unsynced = false
    this.#syncedAt = Date.now()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    try {
      this.sync()
    } finally {
      this.#ops.close(this.#file)
    }
  }

  #write(bytes: Buffer): void {
    try {
      writeAll(this.#ops, this.#file, bytes)
      this.#size += bytes.length
    } catch (error) {
      // Half a line must not stand before the next one.
      this.#ops.truncate(this.#file, this.#size)
      throw error
    }
  }
}

function tooLong(place: string, bytes: number): LabError {
  return new LabError('store', 'record-too-large', `a record of ${bytes} bytes was not written to ${place}: the limit is ${MAX_LINE_BYTES}`, {
    place,
    remedy: 'Lower sampling.maxTokens, or keep large data out of the record.'
  })
}

export interface RecoveredLines {
  readonly values: unknown[]
  /** Lines in the middle that cannot be read; they stay in the file. */
  readonly damaged: number
}

/**
 * Makes the file of an earlier process fit to append to: a torn or damaged last line is cut off, a missing last newline
 * added, damaged lines in the middle are reported and left alone.
 */
export function recoverJsonLines(place: string, ops: FileOps, report: ReportRecovery): RecoveredLines {
  const values: unknown[] = []
  const damaged: JsonLine[] = []
  let last: JsonLine | undefined
  for (const line of readJsonLines(place)) {
    if (line.problem === undefined) values.push(line.value)
    else damaged.push(line)
    last = line
  }
  if (last?.problem !== undefined) {
    damaged.pop()
    cutOff(place, ops, last, report)
  } else if (last?.ended === false) {
    endLine(place, ops)
  }
  for (const line of damaged) report({ what: 'damaged line', detail: `${place}:${line.line}: ${line.problem}; left out` })
  return { values, damaged: damaged.length }
}

function cutOff(place: string, ops: FileOps, line: JsonLine, report: ReportRecovery): void {
  changeFile(place, ops, (file) => ops.truncate(file, line.offset))
  report({ what: 'unfinished last line', detail: `${place}:${line.line}: ${line.problem}; ${line.bytes} bytes cut off` })
}

function endLine(place: string, ops: FileOps): void {
  const file = openToAppend(ops, place)
  try {
    onDisk(place, () => writeAll(ops, file, Buffer.from('\n')))
  } finally {
    ops.close(file)
  }
}

function changeFile(place: string, ops: FileOps, change: (file: number) => void): void {
  const file = openToTruncate(ops, place)
  try {
    onDisk(place, () => {
      change(file)
      ops.sync(file)
    })
  } finally {
    ops.close(file)
  }
}
