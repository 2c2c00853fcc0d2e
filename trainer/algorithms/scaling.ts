import { isUniform, mean, scorable } from './baselines.ts'
import type { Advantages_G, Rewards_G } from './baselines.ts'

/** δ in A / (std + δ): keeps a spread of rounding errors from becoming an advantage of 1. */
export const SCALE_EPSILON = 1e-6

/** Sample standard deviation (n − 1), as TRL and verl use it; exactly 0 for equal values or fewer than two. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2 || isUniform(values)) return 0
  const centre = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}

/** Advantages / (spread + δ); all 0 where there is no spread, since nothing can be told apart. */
export function divideBySpread(advantages: Advantages_G, spread: number): Advantages_G {
  const divide = (advantage: number): number => (spread === 0 ? 0 : advantage / (spread + SCALE_EPSILON))
  return advantages.map((advantage) => (advantage === null ? null : divide(advantage)))
}

export type Scale = 'none' | 'group' | 'batch'

/** Divides each group's advantages by the standard deviation of its rewards, of all rewards of the batch, or not at all. `rewards_P` are of dropped groups as well. */
export function scaleAdvantages(advantages_P: readonly Advantages_G[], rewards_P: readonly Rewards_G[], scale: Scale): readonly Advantages_G[] {
  if (scale === 'none') return advantages_P
  const ofBatch = scale === 'batch' ? standardDeviation(rewards_P.flatMap(scorable)) : 0
  return advantages_P.map((advantages, p) =>
    divideBySpread(advantages, scale === 'batch' ? ofBatch : standardDeviation(scorable(rewards_P[p] ?? [])))
  )
}
