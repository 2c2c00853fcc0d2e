import fs from 'node:fs'
import path from 'node:path'
import { removeAll } from '../../sandbox/removeAll.ts'

/** What a path was when its folder was made: a change of content, owner or rights moves the change time, which no program sets. */
type Mark = string

/** Paths of a folder with their marks. */
export type FolderState = ReadonlyMap<string, Mark>

export function stateOf(folder: string): FolderState {
  const state = new Map<string, Mark>()
  walk(folder, '', (place, stats) => void state.set(place, markOf(stats)))
  return state
}

/**
 * Makes a folder as it was: what is new goes, what changed or went comes again from `original`. Never follows a link. Throws where
 * something cannot be removed; then the folder is of no use.
 */
export function restoreFolder(folder: string, original: string, state: FolderState): FolderState {
  const kept = new Set<string>()
  walk(folder, '', (place, stats) => {
    if (state.get(place) === markOf(stats)) return void kept.add(place)
    removeAll(path.join(folder, place))
    return 'leave'
  })
  const missing = [...state.keys()].filter((place) => !kept.has(place))
  if (missing.length === 0) return state
  for (const place of missing) copyEntry(path.join(original, place), path.join(folder, place))
  const restored = new Map(state)
  for (const place of missing) restored.set(place, markOf(fs.lstatSync(path.join(folder, place), { bigint: true })))
  return restored
}

/** Copies a folder into a new one; rights are kept. */
export function copyFolder(from: string, to: string, leaveOut: (place: string) => boolean = () => false): void {
  fs.mkdirSync(to)
  fs.chmodSync(to, 0o777)
  walk(from, '', (place) => {
    if (leaveOut(place)) return 'leave'
    copyEntry(path.join(from, place), path.join(to, place))
    return undefined
  })
}

/** Removes whatever lies there, leaving what cannot be removed to whoever removes the folder that it lies in. */
export function removeWhatGoes(place: string): void {
  try {
    removeAll(place)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  }
}

function copyEntry(from: string, to: string): void {
  const stats = fs.lstatSync(from)
  if (stats.isDirectory()) fs.mkdirSync(to)
  else if (stats.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(from), to)
  else fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE | fs.constants.COPYFILE_EXCL)
  if (!stats.isSymbolicLink()) fs.chmodSync(to, stats.mode & 0o777)
}

/** Folders before what is in them; `leave` = not to be entered. */
function walk(root: string, folder: string, visit: (place: string, stats: fs.BigIntStats) => 'leave' | undefined | void): void {
  for (const name of fs.readdirSync(path.join(root, folder))) {
    const place = folder === '' ? name : `${folder}/${name}`
    const stats = fs.lstatSync(path.join(root, place), { bigint: true })
    if (visit(place, stats) !== 'leave' && stats.isDirectory()) walk(root, place, visit)
  }
}

/** A folder's change time moves with what is in it, which is looked at by itself. */
const markOf = (stats: fs.BigIntStats): Mark =>
  stats.isDirectory() ? `folder ${stats.ino} ${stats.mode} ${stats.uid}` : `${stats.ino} ${stats.mode} ${stats.size} ${stats.ctimeNs} ${stats.nlink}`
