import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { claimLock } from '../../trainer/stores/linkedLock.ts'
import { isRunning, ownIdentity } from '../../trainer/stores/processIdentity.ts'
import { orCancelled } from './cancelledStart.ts'
import { LabHostError } from './labHostError.ts'

const Holder = z.object({ host: z.string(), pid: z.number().int().positive(), startedAt: z.string().optional() })
const RETRY_MILLISECONDS = 50

/** Does `work` while no other window holds the lock. @throws LabHostError `lock-busy` where another holds it for too long, `cancelled` where people gave up waiting. */
export async function withLock<T>(place: string, waitMilliseconds: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const release = await acquire(place, waitMilliseconds, signal)
  try {
    return await work()
  } finally {
    release()
  }
}

async function acquire(place: string, waitMilliseconds: number, signal: AbortSignal | undefined): Promise<() => void> {
  const mine = JSON.stringify(ownIdentity())
  const until = Date.now() + waitMilliseconds
  while (claimLock(place, mine, holderLives) !== undefined) {
    if (Date.now() > until) throw new LabHostError('lock-busy', 'Another window is starting a run or changing the queue just now.', 'Try again in a moment.')
    await orCancelled(sleep(RETRY_MILLISECONDS), signal)
  }
  return () => fs.rmSync(place, { force: true })
}

function holderLives(content: string): boolean {
  try {
    return isRunning(Holder.parse(JSON.parse(content))) !== false
  } catch {
    // Not a lock that a window made.
    return false
  }
}
