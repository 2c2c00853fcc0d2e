import assert from 'node:assert/strict'
import type { GroupAttempt, RolloutRow } from '../../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../../trainer/protocol/rollout.ts'
import { advantageOf, groupNumbers } from './groupNumbers.ts'
import { historySteps } from './historySteps.ts'

function attempt(reward: number | null, correct: boolean | null): GroupAttempt {
  return { reward, correct, advantage: null, completionTokens: 3 } as unknown as GroupAttempt
}

function rollout(advantages?: number[], mask: (0 | 1)[] = []): Rollout {
  return { segments: [{ tokens: mask.map(() => 1), mask, ...(advantages && { advantages }) }] } as unknown as Rollout
}

describe('groupNumbers', () => {
  it('counts only what was graded and scored', () => {
    const numbers = groupNumbers([attempt(1, true), attempt(0, false), attempt(null, null)])
    assert.equal(numbers.right, 1)
    assert.equal(numbers.graded, 2)
    assert.equal(numbers.meanReward, 0.5)
    assert.equal(numbers.deviation, 0.5)
    assert.equal(numbers.zeroVariance, false)
  })

  it('says that a group of equal rewards teaches nothing', () => {
    assert.equal(groupNumbers([attempt(0.2, false), attempt(0.2, false)]).zeroVariance, true)
    assert.equal(groupNumbers([attempt(null, null), attempt(null, null)]).meanReward, null)
  })

  it('takes the mean advantage over trained tokens', () => {
    assert.equal(advantageOf(rollout([2, 4, 100], [1, 1, 0])), 3)
    assert.equal(advantageOf(rollout()), null)
  })
})

describe('historySteps', () => {
  it('puts attempts of one run, step and policy together, in order', () => {
    const row = (run: string, step: number, correct: boolean | null, reward: number | null) => ({ run, kind: 'train', step, attempt: 1, policyVersion: step, correct, reward, completionTokens: 10 }) as RolloutRow
    const steps = historySteps([row('a', 1, true, 1), row('b', 1, false, 0), row('a', 1, null, null), row('a', 2, true, 0.5)])
    assert.deepEqual(steps.map((step) => [step.run, step.step, step.right, step.graded, step.meanReward]), [['a', 1, 1, 1, 1], ['b', 1, 0, 1, 0], ['a', 2, 1, 1, 0.5]])
  })
})
