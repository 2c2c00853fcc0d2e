/**
 * Run directories are shared between people, so what lies in them is hostile: every path is looked at before it is opened,
 * and nothing but a plain file or a real folder will do. Links are never followed.
 */
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { onDisk } from './diskGuard.ts'
import type { FileOps } from './fileOps.ts'

/** Absent on Windows, where links need a privilege to be made and `lstat` has to do. */
const NO_FOLLOW = fs.constants.O_NOFOLLOW ?? 0
/** A pipe put in the place of a file after it was looked at keeps nobody waiting. */
const NO_WAITING = fs.constants.O_NONBLOCK ?? 0
const COPIED_AT_ONCE = 1024 * 1024

export type PlainKind = 'file' | 'folder' | 'absent'

/** What lies at the path; rejects links, pipes and devices with `store/link` or `store/not-plain`. */
export function plainKind(place: string): PlainKind {
  const stats = onDisk(place, () => fs.lstatSync(place, { throwIfNoEntry: false }))
  if (stats === undefined) return 'absent'
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  throw notPlain(place, stats.isSymbolicLink() ? 'link' : 'not-plain')
}

function notPlain(place: string, code: 'link' | 'not-plain' | 'hard-link'): LabError {
  const what = { link: 'a symbolic link', 'not-plain': 'neither a file nor a folder', 'hard-link': 'a file with a second name (hard link)' }[code]
  return new LabError('store', code, `${place} is ${what}; it is not opened`, {
    place, remedy: 'Copy the run directory with its real files (for example cp -RL) and use the copy.'
  })
}

export function requireFolder(place: string): void {
  const kind = plainKind(place)
  if (kind === 'folder') return
  const code = kind === 'absent' ? 'missing' : 'not-a-folder'
  throw new LabError('store', code, `${place} is ${kind === 'absent' ? 'missing' : 'not a folder'}`, {
    place, remedy: 'Check that the folder is a whole run directory.'
  })
}

/** Makes the folder where it is absent. */
export function ensureFolder(ops: FileOps, place: string): void {
  if (plainKind(place) === 'absent') onDisk(place, () => ops.makeFolder(place))
  else requireFolder(place)
}

/** Opens a plain file for reading. The caller closes it. */
export function openToRead(place: string): number {
  requireFile(place)
  return onDisk(place, () => fs.openSync(place, fs.constants.O_RDONLY | NO_FOLLOW | NO_WAITING))
}

/** Opens a plain file to append to, made where it is absent. */
export function openToAppend(ops: FileOps, place: string): number {
  if (plainKind(place) !== 'absent') requireSoleName(place)
  return onDisk(place, () => ops.open(place, fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_CREAT | NO_FOLLOW))
}

/** Opens an existing plain file to truncate it. */
export function openToTruncate(ops: FileOps, place: string): number {
  requireSoleName(place)
  return onDisk(place, () => ops.open(place, fs.constants.O_RDWR | NO_FOLLOW))
}

/** Opens a file that must not exist yet. */
export function openNew(ops: FileOps, place: string): number {
  return onDisk(place, () => ops.open(place, fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | NO_FOLLOW))
}

/** Replaces a small file atomically. */
export function replacePlain(ops: FileOps, place: string, content: string): void {
  if (plainKind(place) === 'folder') throw onDiskKind(place)
  onDisk(place, () => ops.replace(place, content))
}

/** Removes a plain file; a missing one is no error, nor one that another process removes meanwhile. */
export function removePlain(ops: FileOps, place: string): void {
  const kind = plainKind(place)
  if (kind === 'file') unlessGone(() => onDisk(place, () => ops.unlink(place)))
  else if (kind === 'folder') throw onDiskKind(place)
}

/** What the action gives, or undefined where the file that it is about is missing. */
export function unlessGone<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (LabError.is(error, 'missing')) return undefined
    throw error
  }
}

/** Copies a plain file of at most `limit` bytes to a new file that only this user can read. */
export function copyPlain(place: string, to: string, limit: number): void {
  const file = openToRead(place)
  try {
    requireSize(place, file, limit)
    const copy = onDisk(to, () => fs.openSync(to, 'wx', 0o600))
    try {
      onDisk(place, () => copyBytes(file, copy, limit))
    } finally {
      fs.closeSync(copy)
    }
  } finally {
    fs.closeSync(file)
  }
}

/** Up to `limit` bytes, however long the file has become since it was looked at. */
function copyBytes(from: number, to: number, limit: number): void {
  const piece = Buffer.allocUnsafe(COPIED_AT_ONCE)
  for (let done = 0; done < limit; ) {
    const read = fs.readSync(from, piece, 0, Math.min(piece.length, limit - done), null)
    if (read === 0) return
    for (let written = 0; written < read; ) written += fs.writeSync(to, piece, written, read - written)
    done += read
  }
}

function requireSize(place: string, file: number, limit: number): void {
  const opened = fs.fstatSync(file)
  if (!opened.isFile()) throw notPlain(place, 'not-plain')
  if (opened.size > limit) {
    throw new LabError('store', 'too-large', `${place} has ${opened.size} bytes, more than the ${limit} such a file can have`, {
      place, remedy: 'The file was not written by a run; restore it or remove it.'
    })
  }
}

/** Text of a plain file of at most `limit` bytes. */
export function readPlain(place: string, limit: number): string {
  const file = openToRead(place)
  try {
    requireSize(place, file, limit)
    return onDisk(place, () => fs.readFileSync(file, 'utf8'))
  } finally {
    fs.closeSync(file)
  }
}

/** Names in a real folder, sorted. */
export function listFolder(place: string): string[] {
  requireFolder(place)
  return onDisk(place, () => fs.readdirSync(place)).sort()
}

/** The path of `name` directly in `folder`; a name that leads elsewhere is refused. */
export function within(folder: string, name: string): string {
  const simple = name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)
  if (!simple) throw new LabError('store', 'outside-run', `'${name}' is not the name of a file in ${folder}`, { place: folder, remedy: 'The record that names it is damaged or not to be trusted.' })
  return path.join(folder, name)
}

function requireFile(place: string): void {
  const kind = plainKind(place)
  if (kind === 'folder') throw onDiskKind(place)
  if (kind === 'absent') throw new LabError('store', 'missing', `${place} is missing`, { place, remedy: 'Check that the folder is a whole run directory.' })
}

function requireSoleName(place: string): void {
  requireFile(place)
  if (fs.lstatSync(place).nlink > 1) throw notPlain(place, 'hard-link')
}

function onDiskKind(place: string): LabError {
  return new LabError('store', 'not-a-file', `${place} is a folder where a file is needed`, { place, remedy: 'Move that folder away.' })
}
