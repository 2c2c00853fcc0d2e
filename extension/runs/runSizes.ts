import { isGoingOn } from '../../trainer/protocol/goingOn.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { Queries } from '../contracts/queries.ts'

/** Sizes of runs on the disk: measured one after another in the query process, again where a run has changed; one that grows at most every few minutes. */
export interface RunSizes {
  /** With the sizes that are known. */
  fill(cards: readonly RunCard[]): readonly RunCard[]
  /** Measures what is not known yet; resolves to whether anything was. */
  measure(cards: readonly RunCard[]): Promise<boolean>
}

/** A step a second would have every file of the run looked at as often. */
const GROWING_PAUSE_MS = 3 * 60_000

interface KnownSize {
  /** Of the card, when it was measured. */
  readonly updatedAt: string
  /** Milliseconds, by the clock. */
  readonly at: number
  readonly bytes: number
}

/** @param now milliseconds */
export function createRunSizes(queries: Pick<Queries, 'ask'>, now: () => number = Date.now): RunSizes {
  const known = new Map<string, KnownSize>()
  let measuring = false
  const isKnown = ({ directory, updatedAt, status }: RunCard): boolean => {
    const size = known.get(directory)
    return size !== undefined && (size.updatedAt === updatedAt || (isGoingOn(status) && now() - size.at < GROWING_PAUSE_MS))
  }
  const measureAll = async (cards: readonly RunCard[]): Promise<void> => {
    for (const { directory, updatedAt } of cards) {
      // A run that cannot be measured (it is being deleted) takes no room.
      const bytes = await queries.ask('runs/size', { run: directory }).then((size) => size.bytes, () => 0)
      known.set(directory, { updatedAt, at: now(), bytes })
    }
  }
  return {
    fill: (cards) => cards.map((card) => {
      const size = known.get(card.directory)
      return size ? { ...card, bytes: size.bytes } : card
    }),
    measure: async (cards) => {
      const missing = cards.filter((card) => !isKnown(card))
      if (measuring || missing.length === 0) return false
      measuring = true
      try {
        await measureAll(missing)
        return true
      } finally {
        measuring = false
      }
    }
  }
}
