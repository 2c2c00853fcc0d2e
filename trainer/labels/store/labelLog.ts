import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { LabelRecord, Labeler, Writer } from '../../protocol/label.ts'
import type { LabelRecordInput } from '../../protocol/label.ts'
import { diskFileOps, syncFolder, writeAll } from '../../stores/fileOps.ts'
import type { FileOps } from '../../stores/fileOps.ts'
import { onDisk } from '../../stores/diskGuard.ts'
import { openToAppend, openToRead, plainKind } from '../../stores/plainFiles.ts'
import { labelLine } from './labelLine.ts'
import { labelFileName } from './labelsFolder.ts'
import { makeLabelsFolder } from './makeLabelsFolder.ts'

export interface LabelWriterOptions {
  /** The run's labels folder; made where it is absent. */
  readonly folder: string
  readonly labeler: string
  /** A name that no other process uses; drawn at random unless told. */
  readonly writer?: string
  readonly ops?: FileOps
}

/** Appends to one file of its own. */
export interface LabelWriter {
  readonly file: string
  /**
   * Returns once the lines are on the disk: all of them, or none where it throws.
   * @throws LabError `label/…` for a record that is none, `store/…` where the disk refuses
   */
  append(records: readonly LabelRecordInput[]): LabelRecord[]
  close(): void
}

/** How often lines are written again because the file was replaced meanwhile (a checkout, a pull). */
const MOST_TRIES = 5
const NEWLINE = 10

/** Nothing is made on the disk before the first label. @throws LabError `label/bad-name` */
export function openLabelWriter({ folder, labeler, writer = randomBytes(6).toString('hex'), ops = diskFileOps }: LabelWriterOptions): LabelWriter {
  requireName(Labeler, 'labeler', labeler)
  requireName(Writer, 'writer', writer)
  const file = path.join(path.resolve(folder), labelFileName(labeler, writer))
  let closed = false
  return {
    file,
    append: (inputs) => {
      if (closed) throw new LabError('store', 'closed', `${file} is closed`, { place: file, remedy: 'Open a writer anew.' })
      const records = inputs.map((input) => checkedRecord(input, labeler))
      if (records.length > 0) appendLines(file, Buffer.concat(records.map(labelLine)), ops)
      return records
    },
    close: () => (closed = true)
  }
}

function requireName(schema: typeof Labeler | typeof Writer, what: string, name: string): void {
  const result = schema.safeParse(name)
  if (result.success) return
  throw new LabError('usage', 'label/bad-name', `The ${what} ${JSON.stringify(name.slice(0, 80))} ${result.error.issues[0]?.message ?? 'is wrong'}.`, { remedy: 'Choose a plain name: it becomes part of a file name.' })
}

function checkedRecord(input: LabelRecordInput, labeler: string): LabelRecord {
  const result = LabelRecord.safeParse(input)
  const issue = result.error?.issues[0]
  if (!result.success) throw notALabel(`${issue?.path.join('.') || 'the record'}: ${issue?.message ?? 'is wrong'}`)
  if (result.data.labeler !== labeler) throw notALabel(`labeler: is ${JSON.stringify(result.data.labeler)} in the file of ${JSON.stringify(labeler)}`)
  return result.data
}

function notALabel(what: string): LabError {
  return new LabError('dataset', 'label/not-a-label', `The label was not written: ${what}.`, { remedy: 'Give the label as trainer/protocol/label.ts describes it.' })
}

/**
 * The file is opened for each append and looked at again afterwards: git replaces files when it merges or checks out, and a
 * file held open would then swallow what is written. Lines that were written twice for this reason have the same id.
 */
function appendLines(file: string, lines: Buffer, ops: FileOps): void {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    makeLabelsFolder(path.dirname(file))
    if (appendOnce(file, lines, ops)) return
  }
  throw new LabError('store', 'replaced', `${file} was replaced again and again while labels were written to it`, { place: file, remedy: 'Wait until git has finished, then label again.' })
}

/** Whether the lines are in the file that now lies at the path. */
function appendOnce(file: string, lines: Buffer, ops: FileOps): boolean {
  const isNew = plainKind(file) === 'absent'
  const handle = openToAppend(ops, file)
  try {
    const { size } = fs.fstatSync(handle)
    const whole = size === 0 || endsWithNewline(file, size) ? lines : Buffer.concat([Buffer.of(NEWLINE), lines])
    writeOrTakeBack(file, handle, size, whole, ops)
    if (isNew) onDisk(file, () => syncFolder(ops, path.dirname(file)))
    return liesAt(file, handle)
  } finally {
    ops.close(handle)
  }
}

/** One write call, so that readers and other writers see whole lines; what did not get through is cut off again. */
function writeOrTakeBack(file: string, handle: number, size: number, bytes: Buffer, ops: FileOps): void {
  try {
    onDisk(file, () => {
      writeAll(ops, handle, bytes)
      ops.sync(handle)
    })
  } catch (error) {
    takeBack(handle, size, bytes.length, ops)
    throw notKept(error)
  }
}

/** Where even that fails, readers leave the torn line out and the next append begins a new one. */
function takeBack(handle: number, size: number, most: number, ops: FileOps): void {
  const grown = fs.fstatSync(handle).size - size
  if (grown <= 0 || grown > most) return
  try {
    ops.truncate(handle, size)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  }
}

function notKept(error: unknown): unknown {
  if (!LabError.is(error)) return error
  const remedy = error.code === 'disk-full' ? 'Free some space' : 'Put that right'
  return new LabError('store', error.code, `The label was not kept: ${error.message}`, { remedy: `${remedy}, then label again.`, ...(error.place === undefined ? {} : { place: error.place }), cause: error })
}

function endsWithNewline(file: string, size: number): boolean {
  const handle = openToRead(file)
  try {
    const last = Buffer.alloc(1)
    return fs.readSync(handle, last, 0, 1, size - 1) === 1 && last[0] === NEWLINE
  } finally {
    fs.closeSync(handle)
  }
}

function liesAt(file: string, handle: number): boolean {
  const written = fs.fstatSync(handle, { bigint: true })
  const lying = fs.lstatSync(file, { bigint: true, throwIfNoEntry: false })
  return lying !== undefined && lying.ino === written.ino && lying.dev === written.dev
}
