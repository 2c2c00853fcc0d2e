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
    assert.equal(numbers.equalRewards, undefined)
  })

  it('says what equal rewards mean: nothing to learn where advantages are 0 or the group was dropped, and no more than that elsewhere', () => {
    const said = (...given: Partial<GroupAttempt>[]): string | undefined => groupNumbers(given.map((each) => ({ ...attempt(0.2, false), kind: 'train' as const, kept: true, ...each }))).equalRewards
    assert.match(said({ advantage: 0 }, { advantage: 0 }) ?? '', /every advantage is 0: this group teaches nothing/)
    assert.match(said({ kept: false }, { kept: false }) ?? '', /dropped and teaches nothing/)
    const equal = 'All rewards are equal.'
    assert.deepEqual([said({ advantage: 0.3 }, { advantage: 0.3 }), said({ kept: null }, { kept: null }), said({ kind: 'evaluation' }, { kind: 'evaluation' })], [equal, equal, equal])
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
