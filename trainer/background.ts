import { writeFileSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'

const { PRIORITY_BELOW_NORMAL } = constants.priority
const TRIES = 10
const RETRY_MILLISECONDS = 150

/** Lets a process and what it starts give way to programs that people look at. One that has ended, or may not, stays as it is. */
export function giveWay(pid = process.pid): void {
  try {
    setPriority(pid, PRIORITY_BELOW_NORMAL)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error
  }
  if (process.platform === 'linux') weighSession(pid, TRIES)
}

/** The same of a child in a session of its own, where this process gives way. */
export function giveWayAlike(pid: number | undefined): void {
  if (pid !== undefined && getPriority() >= PRIORITY_BELOW_NORMAL) giveWay(pid)
}

/** Linux deals processors out to sessions first, and within one by the priorities of its processes (autogroups, sched(7)). */
function weighSession(pid: number, tries: number): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(PRIORITY_BELOW_NORMAL))
  } catch (error) {
    // One change a tenth of a second is taken, of all users together. A system without such groups goes by the priority alone.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN' && tries > 1) setTimeout(() => weighSession(pid, tries - 1), RETRY_MILLISECONDS).unref()
  }
}
