import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isRunning, ownIdentity } from '../../trainer/stores/processIdentity.ts'
import { LabHostError } from './labHostError.ts'

const Holder = z.object({ host: z.string(), pid: z.number().int().positive(), startedAt: z.string().optional() })
const RETRY_MILLISECONDS = 50

/** Does `work` while no other window holds the lock. @throws LabHostError `lock-busy` where another holds it for too long. */
export async function withLock<T>(place: string, waitMilliseconds: number, work: () => Promise<T>): Promise<T> {
  const release = await acquire(place, waitMilliseconds)
  try {
    return await work()
  } finally {
    release()
  }
}

async function acquire(place: string, waitMilliseconds: number): Promise<() => void> {
  const mine = `${place}.${randomBytes(8).toString('hex')}`
  fs.writeFileSync(mine, JSON.stringify(ownIdentity()), { mode: 0o600, flag: 'wx' })
  const until = Date.now() + waitMilliseconds
  try {
    while (!claim(mine, place)) {
      removeDead(place, mine)
      if (Date.now() > until) throw new LabHostError('lock-busy', 'Another window is starting a run just now.', 'Try again in a moment.')
      await sleep(RETRY_MILLISECONDS)
    }
  } finally {
    fs.rmSync(mine, { force: true })
  }
  return () => fs.rmSync(place, { force: true })
}

/** A link to a file that is written already: the lock is there with its whole content, or not at all. */
function claim(mine: string, place: string): boolean {
  try {
    fs.linkSync(mine, place)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Two windows may judge the same dead lock; the one that finds it has moved a living one puts it back. */
function removeDead(place: string, mine: string): void {
  const judged = contentOf(place)
  if (judged === undefined || holderLives(judged)) return
  const moved = `${mine}.dead`
  try {
    fs.renameSync(place, moved)
    if (contentOf(moved) !== judged) fs.linkSync(moved, place)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error
  } finally {
    fs.rmSync(moved, { force: true })
  }
}

function contentOf(place: string): string | undefined {
  try {
    return fs.readFileSync(place, 'utf8')
  } catch {
    // Released meanwhile.
    return undefined
  }
}

function holderLives(content: string): boolean {
  try {
    return isRunning(Holder.parse(JSON.parse(content))) !== false
  } catch {
    // Not a lock that a window made.
    return false
  }
}
