import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LabError } from '../errors.ts'
import { RewardRef } from '../protocol/runFile.ts'
import { createReward, REWARDS } from './registry.ts'
import type { BuiltInReward } from './registry.ts'
import type { PartScore, RewardInput } from './reward.ts'
import { rewardInput, wrongVerdict } from './rewardInput.fixture.ts'

const score = (name: BuiltInReward['name'], input: Partial<RewardInput>, options: Record<string, number | boolean> = {}): PartScore => {
  const result = createReward({ name, weight: 1, options }).score(rewardInput(input), new AbortController().signal)
  if (result instanceof Promise) throw new Error('the rewards that come with the trainer answer at once')
  return result
}
const step = (ok: boolean | null) => ({ from: 0, to: 1, ok, why: `step ${ok}` })

describe('the reward registry', () => {
  it('holds every name that a run file may give', () => {
    for (const name of Object.keys(REWARDS)) {
      assert.ok(RewardRef.safeParse({ name }).success)
      assert.equal(createReward({ name: name as BuiltInReward['name'], weight: 1, options: {} }).name, name)
    }
  })

  it('refuses options that the reward does not take, naming place and option', () => {
    assert.throws(() => createReward({ name: 'length', weight: 1, options: { buget: 5 } }, 'rewards[1]'), (error) =>
      LabError.is(error, 'runFile/reward-options') && /rewards\[1\]/.test(error.message) && /buget/.test(error.message))
    assert.throws(() => createReward({ name: 'length', weight: 1, options: { slope: 0 } }), (error) => LabError.is(error, 'runFile/reward-options'))
  })
})

describe('answer', () => {
  it('is the verdict, with partial credit only when asked', () => {
    assert.equal(score('answer', {}).score, 1)
    assert.deepEqual(score('answer', { verdict: wrongVerdict }), { score: 0, why: '8 is not 7' })
    assert.equal(score('answer', { verdict: wrongVerdict }, { partial: true }).score, 0.25)
  })
})

describe('format', () => {
  it('is 1 for a well-formed completion and 0 for another, with the renderer’s reason', () => {
    assert.equal(score('format', {}).score, 1)
    assert.deepEqual(score('format', { rendering: { spans: [], wellFormed: false, why: 'no answer mark' } }), { score: 0, why: 'no answer mark' })
  })
})

describe('length', () => {
  it('is 0 up to the slope, linear on it and −1 from the budget on', () => {
    const at = (tokens: number) => score('length', { tokens, maxTokens: 100 }).score
    assert.deepEqual([0, 80, 85, 90, 100, 101, 500].map(at), [0, 0, -0.25, -0.5, -1, -1, -1])
  })

  it('takes budget and slope', () => {
    assert.equal(score('length', { tokens: 15 }, { budget: 20, slope: 10 }).score, -0.5)
  })

  it('never grows with length and stays in [−1, 0]', () => {
    fc.assert(fc.property(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 100 }), (tokens, more, budget, slope) => {
      const short = score('length', { tokens }, { budget, slope }).score ?? NaN
      const long = score('length', { tokens: tokens + more }, { budget, slope }).score ?? NaN
      assert.ok(short >= long && short <= 0 && long >= -1)
    }))
  })
})

describe('steps', () => {
  it('is the share of checkable steps that are true', () => {
    assert.deepEqual(score('steps', { steps: [step(true), step(null), step(false), step(true)] }), {
      score: 2 / 3, why: '2 of 3 checkable steps true; first wrong: step false'
    })
  })

  it('gives 0 where there is nothing to check', () => {
    assert.equal(score('steps', { steps: [] }).score, 0)
    assert.equal(score('steps', { steps: [step(null)] }).score, 0)
  })
})

describe('shuffled', () => {
  it('is the verdict of the other rollout, whatever this one’s', () => {
    assert.equal(score('shuffled', { other: wrongVerdict }).score, 0)
    assert.equal(score('shuffled', { verdict: wrongVerdict, other: rewardInput().verdict }).score, 1)
  })

  it('cannot score without another rollout', () => {
    assert.equal(score('shuffled', {}).score, null)
  })
})
