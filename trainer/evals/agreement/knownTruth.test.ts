import assert from 'node:assert/strict'
import { knownTruth } from './knownTruth.ts'
import type { VerifiedRollout } from './knownTruth.ts'

/** Steps of ten units each, found true, false, or not checked; `x`: a step that nobody looked at. */
function rollout(found: readonly (boolean | null | 'x')[], correct: boolean | null, segments = 1): VerifiedRollout {
  const place = (i: number) => ({ from: 10 * i, to: 10 * i + 10 })
  return {
    correct, segments: Array.from({ length: segments }, () => ({ spans: [{ kind: 'think' as const, from: 0, to: 99 }, ...found.map((_, i) => ({ kind: 'step' as const, ...place(i) }))] })),
    steps: found.flatMap((ok, i) => (ok === 'x' ? [] : [{ ...place(i), ok, why: '' }]))
  }
}

describe('what a run knows of a rollout', () => {
  it('is the first false step, where all before it were found true', () => {
    assert.deepEqual(knownTruth(rollout([true, false, null], false)), { verdict: false, firstError: 1 })
    assert.deepEqual(knownTruth(rollout([true, true], true)), { verdict: true, firstError: null })
    assert.deepEqual(knownTruth(rollout([false, false], null)), { firstError: 0 })
  })

  it('is nothing of the steps where one could not be checked before, there are none, or several segments', () => {
    assert.deepEqual(knownTruth(rollout([null, false], true)), { verdict: true })
    assert.deepEqual(knownTruth(rollout(['x', false], true)), { verdict: true })
    assert.deepEqual(knownTruth(rollout([true, null], null)), {})
    assert.deepEqual(knownTruth(rollout([], true)), { verdict: true })
    assert.deepEqual(knownTruth(rollout([true], true, 2)), { verdict: true })
  })
})
