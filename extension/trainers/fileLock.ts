import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { claimLock } from '../../trainer/stores/linkedLock.ts'
import { isRunningHere, ownIdentity } from '../../trainer/stores/processIdentity.ts'
import { orCancelled } from './cancelledStart.ts'
import { LabHostError } from './labHostError.ts'

const Holder = z.object({ pid: z.number().int().positive(), startedAt: z.string().optional() })
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

/** Does `work` where nobody holds the lock just now. */
export async function whereFree(place: string, work: () => Promise<void>): Promise<void> {
  const release = claim(place)
  if (!release) return
  try {
    await work()
  } finally {
    release()
  }
}

async function acquire(place: string, waitMilliseconds: number, signal: AbortSignal | undefined): Promise<() => void> {
  const until = Date.now() + waitMilliseconds
  for (;;) {
    const release = claim(place)
    if (release) return release
    if (Date.now() > until) throw new LabHostError('lock-busy', 'Another window is starting a run or changing the queue just now.', 'Try again in a moment.')
    await orCancelled(sleep(RETRY_MILLISECONDS), signal)
  }
}

function claim(place: string): (() => void) | undefined {
  if (claimLock(place, JSON.stringify(ownIdentity()), holderLives) !== undefined) return undefined
  return () => fs.rmSync(place, { force: true })
}

function holderLives(content: string): boolean {
  try {
    return isRunningHere(Holder.parse(JSON.parse(content)))
  } catch {
    // Not a lock that a window made.
    return false
  }
}
