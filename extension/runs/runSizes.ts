import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { Queries } from '../contracts/queries.ts'

/** Sizes of runs on the disk: measured one after another in the query process, again only where a run that has ended has changed. */
export interface RunSizes {
  /** With the sizes that are known. */
  fill(cards: readonly RunCard[]): readonly RunCard[]
  /** Measures what is not known yet; resolves to whether anything was. */
  measure(cards: readonly RunCard[]): Promise<boolean>
}

const GROWING: ReadonlySet<RunCard['status']> = new Set(['running', 'paused'])

export function createRunSizes(queries: Pick<Queries, 'ask'>): RunSizes {
  const known = new Map<string, { readonly updatedAt: string; readonly bytes: number }>()
  let measuring = false
  const isKnown = ({ directory, updatedAt, status }: RunCard): boolean => {
    const size = known.get(directory)
    return size !== undefined && (GROWING.has(status) || size.updatedAt === updatedAt)
  }
  const measureAll = async (cards: readonly RunCard[]): Promise<void> => {
    for (const { directory, updatedAt } of cards) {
      // A run that cannot be measured (it is being deleted) takes no room.
      const bytes = await queries.ask('runs/size', { run: directory }).then((size) => size.bytes, () => 0)
      known.set(directory, { updatedAt, bytes })
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
