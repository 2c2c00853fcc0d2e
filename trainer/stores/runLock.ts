import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import { LabError } from '../errors.ts'
import { onDisk } from './diskGuard.ts'
import { writeAll } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { listFolder, openNew, readPlain, removePlain, unlessGone } from './plainFiles.ts'
import { isRunning, ownIdentity } from './processIdentity.ts'
import { RUN_FILES } from './runLayout.ts'
import type { ReportRecovery } from './recovery.ts'

const LockRecord = z.object({
  version: z.literal(1),
  host: z.string(),
  pid: z.number().int().positive(),
  startedAt: z.string().optional(),
  token: z.string()
})
type LockRecord = z.infer<typeof LockRecord>

const LOCK_LIMIT = 4096
/** What a lock is written to before it gets its name, and where a dead one is moved to. */
const DRAFT_NAME = /^run\.lock\.[0-9a-f]{32}$/

/** The right to write to a run directory, held until released or until the process ends. */
export interface RunLock {
  release(): void
}

/** Takes the lock of a run directory. A lock that a dead process left is taken over and reported. */
export function lockRun(folder: string, ops: FileOps, report: ReportRecovery): RunLock {
  const place = path.join(folder, RUN_FILES.lock)
  const token = randomBytes(16).toString('hex')
  const content = JSON.stringify({ version: 1, ...ownIdentity(), token } satisfies LockRecord)
  if (!claim(place, content, token, ops)) {
    removeDeadLock(place, token, ops, report)
    if (!claim(place, content, token, ops)) throw takenJustNow(place)
  }
  return { release: () => release(place, token, ops) }
}

export function isLockDraft(name: string): boolean {
  return DRAFT_NAME.test(name)
}

/**
 * Removes the drafts of locks that dead processes left; for who holds the lock. A moved lock of this very process stays: who moved
 * it puts it back.
 */
export function removeLockDrafts(folder: string, ops: FileOps): void {
  for (const name of listFolder(folder).filter(isLockDraft)) {
    const place = path.join(folder, name)
    const record = unlessGone(() => parseLock(readPlain(place, LOCK_LIMIT)))
    if (record === undefined || isRunning(record) === false) removePlain(ops, place)
  }
}

/** Whether a living process holds the run (`unknown`: one on another machine may). Reads only. */
export function lockHolder(folder: string): 'none' | 'alive' | 'unknown' {
  const place = path.join(folder, RUN_FILES.lock)
  const content = unlessGone(() => readPlain(place, LOCK_LIMIT))
  if (content === undefined) return 'none'
  const record = parseLock(content)
  const running = record !== undefined && isRunning(record)
  return running === 'unknown' ? 'unknown' : running ? 'alive' : 'none'
}

/** Makes the lock file with its whole content at once (by a link to a file already written); false where there is one. */
function claim(place: string, content: string, token: string, ops: FileOps): boolean {
  const draft = `${place}.${token}`
  writeNew(draft, content, ops)
  try {
    ops.link(draft, place)
    return true
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code
    // Who has the lock meanwhile may have removed a draft that was not whole yet.
    if (errno === 'EEXIST' || errno === 'ENOENT') return false
    if (errno === 'EPERM' || errno === 'ENOTSUP' || errno === 'ENOSYS') return claimWithoutLinks(place, content, ops)
    return onDisk(place, () => { throw error })
  } finally {
    removePlain(ops, draft)
  }
}

/** For file systems without hard links. A kill between the two steps leaves an unreadable lock, which counts as dead. */
function claimWithoutLinks(place: string, content: string, ops: FileOps): boolean {
  try {
    writeNew(place, content, ops)
    return true
  } catch (error) {
    if (((error as LabError).cause as NodeJS.ErrnoException | undefined)?.code === 'EEXIST') return false
    throw error
  }
}

function writeNew(place: string, content: string, ops: FileOps): void {
  const file = openNew(ops, place)
  try {
    onDisk(place, () => writeAll(ops, file, Buffer.from(content)))
  } finally {
    ops.close(file)
  }
}

/**
 * Two processes may both find the same dead lock. Renaming it away is atomic; the one that finds it has moved a lock other
 * than the one it judged puts that one back. What another process removes meanwhile was dead.
 */
function removeDeadLock(place: string, token: string, ops: FileOps, report: ReportRecovery): void {
  const judged = unlessGone(() => readPlain(place, LOCK_LIMIT))
  if (judged === undefined) return
  requireDead(place, judged)
  const moved = `${place}.${token}`
  const found = unlessGone(() => {
    onDisk(place, () => ops.rename(place, moved))
    return readPlain(moved, LOCK_LIMIT)
  })
  if (found === undefined) return
  if (found !== judged) onDisk(place, () => ops.link(moved, place))
  removePlain(ops, moved)
  if (found !== judged) throw takenJustNow(place)
  report({ what: 'left lock', detail: `${place}: left by a process that has ended; taken over` })
}

function requireDead(place: string, content: string): void {
  const record = parseLock(content)
  if (record === undefined) return
  const running = isRunning(record)
  if (running === 'unknown') throw inUse(place, `process ${record.pid} on the machine '${printable(record.host)}' holds it`, `If that process has ended, remove ${place} and try again.`)
  if (running) throw inUse(place, `process ${record.pid} is running it`)
}

function parseLock(content: string): LockRecord | undefined {
  try {
    return LockRecord.parse(JSON.parse(content))
  } catch {
    // Not whole: its writer was killed while making it.
    return undefined
  }
}

function printable(text: string): string {
  return text.replace(/[^\w.-]/g, '?').slice(0, 80)
}

function release(place: string, token: string, ops: FileOps): void {
  const content = unlessGone(() => readPlain(place, LOCK_LIMIT))
  if (content !== undefined && parseLock(content)?.token === token) removePlain(ops, place)
}

function takenJustNow(place: string): LabError {
  return inUse(place, 'another process took it just now')
}

function inUse(place: string, why: string, remedy = 'Stop the other process first, or give this run a directory of its own with --out.'): LabError {
  return new LabError('store', 'run-in-use', `the run directory ${path.dirname(place)} is in use: ${why}`, { place, remedy })
}
