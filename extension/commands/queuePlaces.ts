import type { QueuedStart } from '../contracts/trainers.ts'

/** Position of a start that is moved by so many places towards the end of the queue. The queue is made anew for each look: its entries are known by their ids. */
export function movedPlace(queue: readonly Pick<QueuedStart, 'id'>[], id: string, by: number): number {
  const place = queue.findIndex((start) => start.id === id)
  return Math.max(0, Math.min(queue.length - 1, place + by))
}
