import type { QueuedStart } from '../contracts/trainers.ts'
import { plainLine } from '../plainText.ts'

/** Rows of a quick pick of what waits: labels come from run files and from the names of run directories. */
export const queueItems = <T extends Pick<QueuedStart, 'label'>>(queue: readonly T[]): { readonly label: string; readonly description: string; readonly start: T }[] =>
  queue.map((start, place) => ({ label: plainLine(start.label, 80), description: `place ${place + 1}`, start }))

/** Position of a start that is moved by so many places towards the end of the queue. The queue is made anew for each look: its entries are known by their ids. */
export function movedPlace(queue: readonly Pick<QueuedStart, 'id'>[], id: string, by: number): number {
  const place = queue.findIndex((start) => start.id === id)
  return Math.max(0, Math.min(queue.length - 1, place + by))
}
