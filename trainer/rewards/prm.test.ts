import assert from 'node:assert/strict'
import { prmReward } from './prm.ts'
import { rewardInput } from './rewardInput.fixture.ts'
import { aggregateSteps, stepEndsOf } from './stepScores.ts'

describe('step scores', () => {
  it('become one number in every way that a run file may name', () => {
    const scores = [0.5, 0.2, 0.8]
    assert.deepEqual([aggregateSteps(scores, 'min'), aggregateSteps(scores, 'last')], [0.2, 0.8])
    assert.ok(Math.abs(aggregateSteps(scores, 'product') - 0.08) < 1e-12)
    assert.ok(Math.abs(aggregateSteps(scores, 'mean') - 0.5) < 1e-12)
  })

  it('are asked for at the ends of steps, or of the whole where there are none', () => {
    assert.deepEqual(stepEndsOf('a ; b', [{ kind: 'step', to: 1 }, { kind: 'step', to: 5 }, { kind: 'answer', to: 5 }]), [1, 5])
    assert.deepEqual(stepEndsOf('🙂b', [{ kind: 'answer', to: 3 }]), [3])
  })
})

describe('prm reward', () => {
  const input = rewardInput({ completion: '1 + 1 = 2 ; 2 + 2 = 5', rendering: { spans: [{ kind: 'step', from: 0, to: 9 }, { kind: 'step', from: 12, to: 21 }], wellFormed: true, why: '' } })
  const signal = new AbortController().signal

  it('scores the steps of the trace and names the lowest', async () => {
    const asked: unknown[] = []
    const scorer = { score: async (problem: { prompt: string }, completion: string, ends: readonly number[]) => {
      asked.push([problem.prompt, completion, ends])
      return [0.9, 0.3]
    } }
    assert.deepEqual(await prmReward(scorer, 'min').score(input, signal), { score: 0.3, why: 'min over 2 steps; lowest: step 2 with 0.30' })
    assert.deepEqual(asked, [[input.problem.prompt, input.completion, [9, 21]]])
  })

  it('gives an empty completion nothing, and passes failures on', async () => {
    const failing = { score: () => Promise.reject(new Error('gone')) }
    assert.equal((await prmReward(failing, 'min').score(rewardInput({ completion: '' }), signal)).score, 0)
    await assert.rejects(async () => prmReward(failing, 'min').score(input, signal), /gone/)
  })
})
