import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { LabError } from '../errors.ts'

/** What mends it for a new run. */
export const WRITABLE_OUT = 'Give the run a folder that you may write into with --out.'

/** Tries a folder that is there; throws the system's error where nothing can be written into it. */
export type TryFolder = (folder: string) => void

/** By what the system answers, which for its administrator may be too much. */
export const askAccess: TryFolder = (folder) => accessSync(folder, constants.W_OK | constants.X_OK)

/** By making a folder in it, which is gone again at once. */
export const makeAndRemove: TryFolder = (folder) => rmdirSync(mkdtempSync(join(folder, '.rollout-lab-')))

/** Why nothing can be written into a folder that is there or has yet to be made, in words; undefined = it can. */
export function writeFault(folder: string, attempt: TryFolder = makeAndRemove): string | undefined {
  const nearest = nearestExisting(resolve(folder))
  try {
    attempt(nearest)
    return undefined
  } catch (error) {
    return inWords(nearest, error)
  }
}

/** @throws LabError `usage/unwritable`. */
export function requireWritable(folder: string, remedy: string, attempt?: TryFolder): void {
  const fault = writeFault(folder, attempt)
  if (fault !== undefined) throw unwritable(folder, fault, remedy)
}

/**
 * Makes a folder and those above it, one by one: Node's own way does not end where the system says that a folder is missing
 * which it shows, as below /proc. @throws LabError `usage/unwritable`.
 */
export function makeFolder(folder: string, remedy: string): void {
  const nearest = nearestExisting(folder)
  const wanted: string[] = []
  for (let at = folder; at !== nearest; at = dirname(at)) wanted.unshift(at)
  try {
    for (const each of wanted) mkdirSync(each)
  } catch (error) {
    throw unwritable(folder, inWords(nearest, error), remedy)
  }
}

function nearestExisting(folder: string): string {
  let at = folder
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  return at
}

const unwritable = (folder: string, fault: string, remedy: string): LabError => new LabError('usage', 'usage/unwritable', `${fault}.`, { place: folder, remedy })

const WORDS: Readonly<Record<string, string>> = {
  EROFS: 'the file system is read-only', EACCES: 'access is denied', EPERM: 'access is denied', ENOTDIR: 'it is no folder', ENOSPC: 'the disk is full', ENOENT: 'the system makes no folders in it'
}

function inWords(place: string, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return `Nothing can be written into ${place}: ${WORDS[code] ?? message}${code === '' ? '' : ` (${code})`}`
}
