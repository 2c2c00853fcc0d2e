import type { Estimate } from '../protocol/numbers.ts'
import { bootstrapRatio } from './bootstrap.ts'
import { byProblem } from './gradedSample.ts'
import type { GradedSample } from './gradedSample.ts'

/**
 * Share of the checkable steps that are true, over all traces, with the bootstrap interval over problems; undefined where
 * no step could be checked. Measured whatever the answer was: outcome reward may make steps worse while answers get better.
 */
export function stepTruth(samples: readonly Pick<GradedSample, 'problemId' | 'steps'>[], seed: number): Estimate | undefined {
  const shares = [...byProblem(samples).values()].map((group) => {
    const checkable = group.flatMap(({ steps }) => steps).filter(({ ok }) => ok !== null)
    return { part: checkable.filter(({ ok }) => ok).length, whole: checkable.length }
  })
  return shares.some(({ whole }) => whole > 0) ? bootstrapRatio(shares, seed) : undefined
}
