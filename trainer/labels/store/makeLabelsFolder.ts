import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { onDisk } from '../../stores/diskGuard.ts'
import { diskFileOps, syncFolder } from '../../stores/fileOps.ts'
import { ensureGitFiles } from './gitFiles.ts'

/** Makes the labels folder of a run so that it outlives a power cut, with what git needs beside it. */
export function makeLabelsFolder(folder: string): void {
  const labelsRoot = path.dirname(folder)
  makeFolders(folder)
  for (const place of [labelsRoot, folder]) refuseLink(place)
  ensureGitFiles(labelsRoot)
}

function makeFolders(folder: string): void {
  if (fs.existsSync(folder)) return
  const parent = path.dirname(folder)
  if (parent !== folder) makeFolders(parent)
  onDisk(folder, () => makeFolder(folder))
  onDisk(parent, () => syncFolder(diskFileOps, parent))
}

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder)
  } catch (error) {
    // Another window makes it at this moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Workspaces come from others: labels must not be written elsewhere because a link in one says so. */
function refuseLink(place: string): void {
  if (!onDisk(place, () => fs.lstatSync(place)).isSymbolicLink()) return
  throw new LabError('store', 'link', `${place} is a symbolic link; no label is written through it`, { place, remedy: 'Replace the link by a folder.' })
}
