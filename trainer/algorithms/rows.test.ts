import assert from 'node:assert/strict'
import { DpoOptions, PrmOptions } from '../protocol/algorithmOptions.ts'
import { dpoBatch } from './dpo.ts'
import { prmBatch } from './prm.ts'
import type { PairTokens } from './rows.ts'

const PAIR: PairTokens = {
  chosen: { prompt: [1], completion: [2, 3] }, rejected: { prompt: [1], completion: [4, 5, 6] }, rationale: { prompt: [1, 2, 3, 4, 5, 6], completion: [7] },
  reference: { chosen_T: [-1, -2], rejected_T: [-3, -4, -5] }
}

describe('preferences', () => {
  it('give both sides with their reference, and count pairs', () => {
    const { data, loss } = dpoBatch([PAIR, PAIR], DpoOptions.parse({ name: 'dpo', beta: 0.2 }))
    assert.deepEqual(data.map(({ pair }) => [pair!.name, pair!.side]), [['0', 'chosen'], ['0', 'rejected'], ['1', 'chosen'], ['1', 'rejected']])
    assert.deepEqual(data.slice(0, 2).map(({ referenceLogprobs_T }) => referenceLogprobs_T), [[-1, -2], [-3, -4, -5]])
    assert.deepEqual(loss, {
      terms: [{ kind: 'pairwise', weight: 1, variant: 'sigmoid', beta: 0.2, labelSmoothing: 0, lengthNormalised: false, margin: 0 }],
      normalisation: { kind: 'sequenceMean', denominator: 2 }
    })
  })

  it('learn the likelihood of the chosen side and of the rationale, weighed, and never of the rejected side', () => {
    const { data, loss } = dpoBatch([PAIR], DpoOptions.parse({ name: 'dpo', chosenWeight: 0.5, rationaleWeight: 2 }))
    assert.deepEqual(loss.terms.map(({ kind }) => kind), ['pairwise', 'crossEntropy'])
    assert.deepEqual(data.map(({ weights_T }) => weights_T), [[0.5, 0.5], [0, 0, 0], [2]])
    assert.equal(data[2]!.pair, undefined)
  })

  it('leave a rationale out that weighs nothing, and pairs without one as they are', () => {
    assert.equal(dpoBatch([PAIR], DpoOptions.parse({ name: 'dpo', chosenWeight: 1 })).data.length, 2)
    const { rationale: _, ...bare } = PAIR
    assert.equal(dpoBatch([bare], DpoOptions.parse({ name: 'dpo', rationaleWeight: 1 })).data.length, 2)
  })
})

describe('step rewards', () => {
  const trace = { prompt: [1], completion: [2, 3, 4, 5, 6], steps: [{ endToken: 1, right: true }, { endToken: 2, right: false }, { endToken: 4, right: true }] }

  it('label the token that ends each step', () => {
    const { data, loss } = prmBatch([trace], PrmOptions.parse({ name: 'prm' }))
    assert.deepEqual(data[0]!.stepLabels_T, [null, 1, 0, null, 1])
    assert.deepEqual(loss.terms, [{ kind: 'stepReward', weight: 1 }])
  })

  it('say nothing behind the first wrong step, where asked', () => {
    assert.deepEqual(prmBatch([trace], PrmOptions.parse({ name: 'prm', afterError: 'ignore' })).data[0]!.stepLabels_T, [null, 1, 0, null, null])
    const right = { ...trace, steps: [{ endToken: 1, right: true }, { endToken: 4, right: true }] }
    assert.deepEqual(prmBatch([right], PrmOptions.parse({ name: 'prm', afterError: 'ignore' })).data[0]!.stepLabels_T, [null, 1, null, null, 1])
  })
})
