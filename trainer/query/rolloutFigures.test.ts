import assert from 'node:assert/strict'
import type { Rollout, Segment } from '../protocol/rollout.ts'
import type { RolloutRow } from '../protocol/rolloutViews.ts'
import { rollout } from '../stores/fixtures.ts'
import { listedRows, runOfStep } from './listedRun.fixture.ts'

/** Six tokens of one character; what a tool told is the third and the fourth, which are not trained on. */
const twoTurns: Partial<Segment> = {
  text: 'abcdef', tokens: [1, 2, 3, 4, 5, 6], tokenEnds: [1, 2, 3, 4, 5, 6], spans: [{ kind: 'tool', from: 2, to: 4 }, { kind: 'think', from: 0, to: 6 }],
  logprobs: [-1, -2, 0, 0, -3, -6], samplingLogprobs: [-1, -2, 0, 0, -3, -6], entropies: [1, 1, 9, 9, 2, 4], advantages: [0.5, 0.5, 9, 9, 0.5, 0.5], mask: [1, 1, 0, 0, 1, 1], stopReason: 'length'
}
/** What shows the worth of a critique says nothing of its text. */
const shown: Partial<Segment> = { advantages: [0, 0], mask: [0, 0], entropies: [7, 7], logprobs: [-9, -9], stopReason: 'endOfText' }

function attempt(sample: number, reward: Rollout['reward'], change: Partial<Segment> = {}): Rollout {
  const one = rollout({ step: 1, sample, tokens: 2 })
  return { ...one, reward, segments: [{ ...one.segments[0]!, ...change }, { ...one.segments[0]!, ...shown }] }
}

const part = (name: string, score: number | null, weight = 1) => ({ name, score, weight, why: '' })
const ROWS: readonly Rollout[] = [
  attempt(0, { total: 0.75, parts: [part('answer', 1), part('kl', -0.25), part('unused', null, 0)] }, twoTurns),
  attempt(1, { total: 0.5, parts: [part('answer', 1), part('kl', -0.5)] }, { advantages: [1, 2], mask: [0, 0] }),
  attempt(2, { total: null, parts: [part('answer', null), part('kl', 0)] }, { tokens: [], tokenEnds: [], mask: [], advantages: [0.25], logprobs: [], samplingLogprobs: [], entropies: [] })
]

const rowsOf = async (rollouts: readonly Rollout[], compacted: boolean): Promise<RolloutRow[]> => listedRows([await runOfStep(rollouts, compacted)])

for (const compacted of [false, true]) {
  describe(`figures of a rollout ${compacted ? 'in a shard' : 'in lines'}`, () => {
    it('are of what the policy wrote in its first segment, as metrics are', async () => {
      const [row] = await rowsOf(ROWS, compacted)
      const { completionTokens, stopReason, meanLogprob, meanEntropy } = row!
      assert.deepEqual({ completionTokens, stopReason, meanLogprob, meanEntropy }, { completionTokens: 4, stopReason: 'length', meanLogprob: -3, meanEntropy: 2 })
    })

    it('have the mean advantage of what is trained on, or the one of a loop that knows no tokens', async () => {
      assert.deepEqual((await rowsOf(ROWS, compacted)).map(({ advantage }) => advantage), [0.5, null, 0.25])
    })

    it('tell of equal rewards although penalties differ', async () => {
      assert.deepEqual((await rowsOf(ROWS, compacted)).map(({ zeroVariance }) => zeroVariance), [true, true, true])
      const unequal = [...ROWS, attempt(3, { total: 0, parts: [part('answer', 0.25), part('kl', 0)] })]
      assert.deepEqual((await rowsOf(unequal, compacted)).map(({ zeroVariance }) => zeroVariance), [false, false, false, false])
      const unscored = [attempt(0, { total: null, parts: [part('answer', null)] })]
      assert.deepEqual((await rowsOf(unscored, compacted)).map(({ zeroVariance }) => zeroVariance), [null])
    })
  })
}
