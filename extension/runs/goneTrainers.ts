import type { LiveRun } from '../contracts/trainers.ts'
import { isLiving } from './shownRun.ts'

/**
 * Tells at each look whether a trainer has gone since the last one: a list that was read before that says that a process holds its run.
 * Nothing on the disk changes when a trainer is killed, so that nothing else makes it read again.
 */
export function createGoneTrainerWatch(): (live: readonly LiveRun[]) => boolean {
  let gone: ReadonlySet<string> = new Set()
  return (live) => {
    const before = gone
    gone = new Set(live.filter((run) => !isLiving(run)).map(({ directory }) => directory))
    return [...gone].some((directory) => !before.has(directory))
  }
}
