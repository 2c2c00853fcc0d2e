import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { LabError } from '../errors.ts'

/**
 * Where living trainers of this user enter themselves and have their pipes. The path is short, since that of a socket ends at
 * 103 bytes, and the same for every window: it depends on no environment variable that windows could have different.
 */
export function privateFolder(): string {
  if (process.platform === 'win32') return ensurePrivateFolder(path.join(os.homedir(), 'AppData', 'Local', 'rollout-lab', 'trainers'))
  const shared = path.join('/tmp', `rollout-lab-${os.userInfo().uid}`)
  // Somebody else may have made the folder in /tmp first, which must not keep people from training.
  return isTakenByOthers(shared) ? ensurePrivateFolder(path.join(os.userInfo().homedir, '.rollout-lab-run')) : ensurePrivateFolder(shared)
}

/** Makes the folder where it is absent; a real path. @throws LabError `control/not-private` */
export function ensurePrivateFolder(folder: string): string {
  fs.mkdirSync(path.dirname(folder), { recursive: true })
  try {
    fs.mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  requirePrivateFolder(folder)
  return path.join(fs.realpathSync(path.dirname(folder)), path.basename(folder))
}

/** How often what lives in the folder is to be refreshed: folders for short-lived files are cleaned by age, mostly of days. */
export const REFRESH_MILLISECONDS = 3_600_000

/** Makes a file new, where it is still there. */
export function refreshFile(place: string): void {
  const now = new Date()
  try {
    fs.utimesSync(place, now, now)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/**
 * @throws LabError `control/not-private` where the folder is a link, or where anybody but the user can look into it. Windows
 * keeps a user's own folders to the user.
 */
export function requirePrivateFolder(folder: string): void {
  const found = fs.lstatSync(folder, { throwIfNoEntry: false })
  if (!found?.isDirectory()) throw notPrivate(folder, 'is not a folder')
  if (process.platform === 'win32') return
  if (found.uid !== os.userInfo().uid) throw notPrivate(folder, 'belongs to another user')
  if ((found.mode & 0o077) !== 0) throw notPrivate(folder, 'is open to other users')
}

function isTakenByOthers(folder: string): boolean {
  const found = fs.lstatSync(folder, { throwIfNoEntry: false })
  return found !== undefined && (!found.isDirectory() || found.uid !== os.userInfo().uid)
}

function notPrivate(folder: string, why: string): LabError {
  return new LabError('control', 'control/not-private', `${folder} ${why}: pipes of trainers would not be safe there.`, {
    place: folder, remedy: `Remove ${folder}, or make it yours alone (chmod 700); it is made again when it is needed.`
  })
}
