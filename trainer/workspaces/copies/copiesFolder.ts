import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { LabError } from '../../errors.ts'
import { isRunning, ownIdentity } from '../../stores/processIdentity.ts'
import { removeAll } from '../../sandbox/removeAll.ts'

const OWNER = 'owner.json'
const Owner = z.object({ host: z.string(), pid: z.number().int().positive(), startedAt: z.string().optional() })

/** Where copies lie unless told: apart from every workspace. */
export const defaultCopiesFolder = (): string => path.join(os.tmpdir(), `rollout-lab-workspaces-${process.getuid?.() ?? os.userInfo().username}`)

/**
 * A folder for the copies of this process under `parent`, which others may pass through but not list. What processes that have ended
 * left there is removed first.
 */
export function openCopiesFolder(parent: string): string {
  fs.mkdirSync(parent, { recursive: true, mode: 0o711 })
  requireOwn(parent)
  fs.chmodSync(parent, 0o711)
  for (const name of fs.readdirSync(parent)) sweep(path.join(parent, name))
  const folder = path.join(parent, `${process.pid}-${randomBytes(12).toString('hex')}`)
  const draft = `${folder}.new`
  fs.mkdirSync(draft, { mode: 0o711 })
  fs.writeFileSync(path.join(draft, OWNER), JSON.stringify(ownIdentity()))
  fs.renameSync(draft, folder)
  return folder
}

/** A folder whose owner cannot be told was being made or removed when its process ended, unless that process still runs. */
function sweep(folder: string): void {
  const owner = readOwner(folder) ?? { host: os.hostname(), pid: Number(/^(\d+)-/.exec(path.basename(folder))?.[1] ?? 0) }
  if (owner.pid > 0 && isRunning(owner) !== false) return
  try {
    removeAll(folder)
  } catch (error) {
    // Another process sweeps the same folder.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function readOwner(folder: string): z.infer<typeof Owner> | undefined {
  try {
    return Owner.parse(JSON.parse(fs.readFileSync(path.join(folder, OWNER), 'utf8')))
  } catch {
    // Not whole, or gone.
    return undefined
  }
}

function requireOwn(parent: string): void {
  const stats = fs.lstatSync(parent)
  const uid = process.getuid?.()
  if (stats.isDirectory() && (uid === undefined || stats.uid === uid)) return
  throw new LabError('environment', 'workspace/copies-folder', `${parent} is not a folder of yours, so no copies are put into it.`, {
    remedy: 'Remove it, or set TMPDIR to a folder of your own.', place: parent
  })
}
