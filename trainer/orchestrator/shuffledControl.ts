import { randomStream } from '../random/random.ts'

/**
 * For each place (group, sample) the place whose verdict it gets under the shuffled control. Groups follow each other in a
 * shuffled ring, so that no group keeps its own verdicts (with one group only, its samples do); samples are shuffled.
 */
export function shuffledPlaces(groupSizes: readonly number[], seed: number, step: number): { group: number; sample: number }[][] {
  const random = randomStream(seed, 'shuffled', step)
  const ring = random.shuffle([...groupSizes.keys()])
  const next = new Map(ring.map((group, i) => [group, ring[(i + 1) % ring.length]!]))
  return groupSizes.map((size, group) => {
    const from = next.get(group)!
    const order = random.shuffle([...Array(groupSizes[from]!).keys()])
    const shift = from === group ? 1 : 0
    return Array.from({ length: size }, (_, sample) => takeFrom(from, order, sample, shift))
  })
}

/** Within one group a ring as well, so that a rollout never gets its own verdict back. */
function takeFrom(group: number, order: readonly number[], sample: number, shift: number): { group: number; sample: number } {
  if (shift === 0) return { group, sample: order[sample % order.length]! }
  return { group, sample: order[(order.indexOf(sample) + shift) % order.length]! }
}
