import fs from 'node:fs'
import path from 'node:path'
import { removeAll } from '../../sandbox/removeAll.ts'

/** What a path was when its folder was made: a change of content, owner, rights or attributes moves the change time, which no program sets. */
type Mark = string

/** Paths of a folder with their marks, in the order in which they were made; '' = the folder itself. */
export type FolderState = ReadonlyMap<string, Mark>

export function stateOf(folder: string): FolderState {
  const state = new Map<string, Mark>([['', markAt(folder)]])
  walk(folder, '', (place, stats) => void state.set(place, markOf(stats)))
  return state
}

/**
 * Makes a folder as it was: what is new goes, what changed or went comes again from `original`. A folder that was touched is made anew
 * and gets what is unchanged in it, so that nothing which was written into its rights, times or attributes is there for the next. Not
 * covered: that what was touched is newer than the rest. Never follows a link. Throws where something cannot be removed; then the folder is of no use.
 */
export function restoreFolder(folder: string, original: string, state: FolderState): FolderState {
  const spare = `${folder}.spare`
  fs.mkdirSync(spare, { mode: 0o700 })
  try {
    const changed = restorer({ folder, original, spare, state, children: childrenOf(state) })('')
    return new Map([...state].map(([place, mark]) => [place, changed.has(place) ? markAt(path.join(folder, place)) : mark]))
  } finally {
    removeWhatGoes(spare)
  }
}

interface Restoring {
  readonly folder: string
  readonly original: string
  /** For folders that are being made. */
  readonly spare: string
  readonly state: FolderState
  readonly children: ReadonlyMap<string, readonly string[]>
}

/** Restores a place below the folder; answers all paths that were made or moved so far. */
function restorer({ folder, original, spare, state, children }: Restoring): (place: string) => ReadonlySet<string> {
  const changed = new Set<string>()
  let made = 0
  const isKept = (place: string): boolean => {
    const stats = fs.lstatSync(path.join(folder, place), { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) return false
    if (!stats.isDirectory() || !children.has(place)) return state.get(place) === markOf(stats)
    restore(place)
    return true
  }
  const copyAgain = (place: string, to: string): void => {
    copyEntry(path.join(original, place), to)
    changed.add(place)
    for (const child of children.get(place) ?? []) copyAgain(child, path.join(to, path.posix.basename(child)))
  }
  const restore = (place: string): ReadonlySet<string> => {
    const at = path.join(folder, place)
    const isSame = state.get(place) === markAt(at)
    // It may be closed.
    if (!isSame) fs.chmodSync(at, 0o700)
    const expected = (children.get(place) ?? []).map((child) => ({ child, kept: isKept(child) }))
    if (isSame && expected.every(({ child, kept }) => kept && !changed.has(child))) return changed
    const target = path.join(spare, String(++made))
    copyEntry(path.join(original, place), target)
    for (const { child, kept } of expected) {
      const to = path.join(target, path.posix.basename(child))
      if (kept) fs.renameSync(path.join(folder, child), to)
      else copyAgain(child, to)
      changed.add(child)
    }
    removeAll(at)
    fs.renameSync(target, at)
    return changed.add(place)
  }
  return restore
}

/** Of folders, also of empty ones, the paths directly in them. */
function childrenOf(state: FolderState): Map<string, string[]> {
  const children = new Map<string, string[]>()
  for (const [place, mark] of state) {
    if (mark.startsWith('folder')) children.set(place, [])
    if (place !== '') children.get(place.includes('/') ? path.posix.dirname(place) : '')!.push(place)
  }
  return children
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

const markOf = (stats: fs.BigIntStats): Mark =>
  `${stats.isDirectory() ? 'folder' : stats.size} ${stats.ino} ${stats.mode} ${stats.uid} ${stats.ctimeNs} ${stats.nlink}`
const markAt = (place: string): Mark => markOf(fs.lstatSync(place, { bigint: true }))
