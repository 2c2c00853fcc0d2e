import fs from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { TrainerEntry } from '../protocol/control.ts'
import { isRunningHere } from '../stores/processIdentity.ts'
import { pipePath } from './pipePath.ts'
import { refreshFile, requirePrivateFolder } from './privateFolder.ts'

const ENTRY_NAME = /^([0-9a-f]{16})\.json$/
const ENTRY_LIMIT = 64 * 1024

const entryPath = (folder: string, id: string): string => path.join(folder, `${id}.json`)

/** Enters a living trainer. Written whole or not at all, for the user alone. */
export function enterTrainer(folder: string, entry: TrainerEntry): void {
  requirePrivateFolder(folder)
  writeFileAtomic.sync(entryPath(folder, entry.id), `${JSON.stringify(entry)}\n`, { mode: 0o600 })
}

export function leaveRegistry(folder: string, id: string): void {
  fs.rmSync(entryPath(folder, id), { force: true })
}

/** A trainer that lives is not old. */
export const refreshEntry = (folder: string, id: string): void => refreshFile(entryPath(folder, id))

/** The trainer with this id; undefined where there is no entry, or one that is not as a trainer makes it. */
export function readEntry(folder: string, id: string): TrainerEntry | undefined {
  const text = readOwnFile(entryPath(folder, id))
  if (text === undefined) return undefined
  const entry = TrainerEntry.safeParse(parsed(text)).data
  // The pipe follows from the id: an entry that names another one was not made by a trainer.
  return entry?.id === id && entry.pipe === pipePath(folder, id) ? entry : undefined
}

/** All that entered themselves, whether they still live or not. */
export function listEntries(folder: string): TrainerEntry[] {
  requirePrivateFolder(folder)
  return fs.readdirSync(folder).flatMap((name) => {
    const id = ENTRY_NAME.exec(name)?.[1]
    const entry = id === undefined ? undefined : readEntry(folder, id)
    return entry ? [entry] : []
  })
}

/** Takes out a trainer whose process has ended, with its pipe. Answers whether it did: nothing is taken from a process that lives. */
export function sweepEntry(folder: string, entry: TrainerEntry): boolean {
  if (isRunningHere(entry)) return false
  leaveRegistry(folder, entry.id)
  if (process.platform !== 'win32') fs.rmSync(entry.pipe, { force: true })
  return true
}

/** A plain file of the user's own that nobody else can write or read; no link is followed. */
function readOwnFile(place: string): string | undefined {
  let file: number
  try {
    file = fs.openSync(place, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0))
  } catch {
    // Gone meanwhile, or a link.
    return undefined
  }
  try {
    const found = fs.fstatSync(file)
    const mine = process.platform === 'win32' || (found.uid === process.getuid?.() && (found.mode & 0o077) === 0)
    return found.isFile() && mine && found.size <= ENTRY_LIMIT ? fs.readFileSync(file, 'utf8') : undefined
  } finally {
    fs.closeSync(file)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not an entry; the schema refuses it.
    return undefined
  }
}
