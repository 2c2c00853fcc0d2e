import { lockHolder } from '../../trainer/stores/runLock.ts'

/**
 * Asked of the run's own lock just now: no window knows a trainer that somebody started in a terminal, and a list is as old as its last reading.
 * @throws where a process holds the run, or one on another machine may.
 */
export function requireUnheld(directory: string): void {
  const holder = lockHolder(directory)
  if (holder === 'alive') throw new Error('A trainer has taken it up meanwhile.')
  if (holder === 'unknown') throw new Error('A process on another machine or in a container may hold it. Where that has ended, delete its run.lock and try again.')
}
