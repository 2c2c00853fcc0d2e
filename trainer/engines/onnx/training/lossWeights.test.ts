import assert from 'node:assert/strict'
import { maskOf, tokenWeights } from './lossWeights.ts'
import type { Normalisation } from '../../engine.ts'

const weights = (normalisation: Normalisation, masks: readonly (readonly number[])[]): number[][] =>
  tokenWeights(masks.map((mask) => Float32Array.from(mask)), normalisation).map((values) => Array.from(values))

describe('loss weights', () => {
  const masks = [[1, 1, 0], [1, 1], [0]]

  it('are the same for every token, for every sequence, or of a constant length', () => {
    assert.deepEqual(weights({ kind: 'tokenMean' }, masks), [[0.25, 0.25, 0], [0.25, 0.25], [0]])
    assert.deepEqual(weights({ kind: 'sequenceMean', denominator: 4 }, [[1, 1, 0], [1], [0]]), [[0.125, 0.125, 0], [0.25], [0]])
    assert.deepEqual(weights({ kind: 'sequenceMean' }, [[1, 1], [1]]), [[0.25, 0.25], [0.5]])
    assert.deepEqual(weights({ kind: 'constant', length: 8 }, [[1, 0], [1]]), [[0.0625, 0], [0.0625]])
  })

  it('take the given denominator instead of the count', () => {
    assert.deepEqual(weights({ kind: 'tokenMean', denominator: 8 }, masks), [[0.125, 0.125, 0], [0.125, 0.125], [0]])
  })

  it('are 0 where nothing counts', () => {
    assert.deepEqual(weights({ kind: 'tokenMean' }, [[0, 0]]), [[0, 0]])
    assert.deepEqual(weights({ kind: 'sequenceMean' }, []), [])
  })

  it('reject a divisor that is none', () => {
    assert.throws(() => weights({ kind: 'tokenMean', denominator: 0 }, masks), { code: 'engine/normalisation', place: 'normalisation.denominator' })
    assert.throws(() => weights({ kind: 'constant', length: NaN }, masks), { code: 'engine/normalisation', place: 'normalisation.length' })
  })

  it('count every completion token without a mask', () => {
    assert.deepEqual(Array.from(maskOf({ prompt: [1], completion: [2, 3] })), [1, 1])
    assert.deepEqual(Array.from(maskOf({ prompt: [1], completion: [2, 3], mask_T: [0, 1] })), [0, 1])
  })
})
