/**
 * Folders that are put in place whole. The new one is filled under another name and renamed; the one it replaces is moved
 * aside first. After a kill between two renames the old one is aside: `recoverFolder` puts it back.
 */
import path from 'node:path'
import { LabError } from '../errors.ts'
import { onDisk, onDiskAsync } from './diskGuard.ts'
import { syncFolder } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { ensureFolder, listFolder, openToTruncate, plainKind, within } from './plainFiles.ts'

const SAVING = 'saving-'
const REPLACED = 'replaced-'
const DELETING = 'deleting-'

/**
 * Fills an empty folder with files, `fill` by another process as well, and gives it its name, in place of what had it. Where that
 * fails, what was written is removed: it may be as large as a model, and a full disk is a likely reason.
 * @param record adds to the files once they are on the disk.
 */
export async function saveFolder(
  ops: FileOps, parent: string, name: string, fill: (saving: string) => Promise<void>, record?: (saving: string) => Promise<void>
): Promise<string> {
  const saving = path.join(parent, `${SAVING}${name}`)
  removeFolder(ops, saving)
  onDisk(saving, () => ops.makeFolder(saving))
  try {
    await onDiskAsync(saving, () => fill(saving))
    syncFiles(ops, saving)
    await record?.(saving)
    return putInPlace(ops, parent, name)
  } catch (error) {
    removeUnlessHeld(ops, saving)
    throw error
  }
}

/** Forces the files that another process wrote into the folder to the disk. */
function syncFiles(ops: FileOps, folder: string): void {
  for (const name of listFolder(folder)) {
    const place = path.join(folder, name)
    const file = openToTruncate(ops, place)
    try {
      onDisk(place, () => ops.sync(file))
    } finally {
      ops.close(file)
    }
  }
}

function putInPlace(ops: FileOps, parent: string, name: string): string {
  const saving = path.join(parent, `${SAVING}${name}`)
  const place = path.join(parent, name)
  const replaced = path.join(parent, `${REPLACED}${name}`)
  const exists = plainKind(place) !== 'absent'
  onDisk(saving, () => syncFolder(ops, saving))
  if (exists) onDisk(place, () => ops.rename(place, replaced))
  onDisk(place, () => ops.rename(saving, place))
  onDisk(parent, () => syncFolder(ops, parent))
  if (exists) removeFolder(ops, replaced)
  return place
}

/** Puts right what a process killed while saving or deleting left under this name of the listing; others are let alone. */
export function recoverFolder(ops: FileOps, parent: string, entry: string): void {
  const place = path.join(parent, entry)
  if (entry.startsWith(SAVING) || entry.startsWith(DELETING)) removeUnlessHeld(ops, place)
  if (!entry.startsWith(REPLACED)) return
  const current = within(parent, entry.slice(REPLACED.length))
  if (plainKind(current) === 'absent') onDisk(place, () => ops.rename(place, current))
  else removeUnlessHeld(ops, place)
}

/** Renames first, so that a folder half deleted is never taken for a whole one. */
export function deleteFolder(ops: FileOps, folder: string): void {
  const deleting = path.join(path.dirname(folder), `${DELETING}${path.basename(folder)}`)
  onDisk(folder, () => ops.rename(folder, deleting))
  removeFolder(ops, deleting)
}

function removeFolder(ops: FileOps, place: string): void {
  if (plainKind(place) === 'absent') return
  ensureFolder(ops, place)
  onDisk(place, () => ops.removeFolder(place))
}

/** Of a remnant: one that cannot be removed, as where a program has a file of it open, is let lie until the run is opened again. */
function removeUnlessHeld(ops: FileOps, place: string): void {
  try {
    removeFolder(ops, place)
  } catch (error) {
    // Windows calls it a lack of permission.
    if (!LabError.is(error, 'held-open') && !LabError.is(error, 'no-permission')) throw error
  }
}
