import type { SamplePrompt } from '../../engine.ts'

/** Part of a call. `places[i][s]` is where sample s of prompt i stands in the whole call. */
export interface LaneShare {
  readonly prompts: readonly SamplePrompt[]
  readonly places: readonly (readonly Place[])[]
}

export interface Place {
  readonly promptIndex: number
  readonly sampleIndex: number
}

interface Growing {
  rows: number
  readonly prompts: SamplePrompt[]
  readonly places: Place[][]
}

/**
 * Deals the samples of a call out to at most `lanes` shares of equal size (give or take one lane's remainder). Each group goes
 * whole to the least loaded share that it fits into; one that fits nowhere is cut, and its prompt computed once a share. The
 * shares depend on the numbers of samples alone: who takes what must not depend on who is faster, since the rows of a run
 * decide how its sums are rounded. Shares without samples are left out.
 */
export function dealToLanes(prompts: readonly SamplePrompt[], lanes: number): LaneShare[] {
  const total = prompts.reduce((sum, { seeds }) => sum + seeds.length, 0)
  const most = Math.ceil(total / lanes)
  const shares = Array.from({ length: lanes }, (): Growing => ({ rows: 0, prompts: [], places: [] }))
  const leastLoaded = (): Growing => shares.reduce((least, share) => (share.rows < least.rows ? share : least))
  prompts.forEach(({ tokens, seeds }, promptIndex) => {
    for (let next = 0; next < seeds.length;) {
      const share = leastLoaded()
      const end = Math.min(seeds.length, next + most - share.rows)
      share.prompts.push({ tokens, seeds: seeds.slice(next, end) })
      share.places.push(Array.from({ length: end - next }, (_, i) => ({ promptIndex, sampleIndex: next + i })))
      share.rows += end - next
      next = end
    }
  })
  return shares.filter(({ rows }) => rows > 0)
}
