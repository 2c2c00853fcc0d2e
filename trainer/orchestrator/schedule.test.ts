import assert from 'node:assert/strict'
import { Optimizer } from '../protocol/runFile.ts'
import { learningRateAt } from './schedule.ts'

const rates = (updates: number, options: Parameters<typeof Optimizer.parse>[0]): number[] =>
  Array.from({ length: updates }, (_, i) => Number(learningRateAt(Optimizer.parse(options), i, updates).toFixed(12)))

describe('learningRateAt', () => {
  it('warms up linearly and stays', () => {
    assert.deepEqual(rates(6, { learningRate: 1, warmupSteps: 4 }), [0.25, 0.5, 0.75, 1, 1, 1])
  })

  it('falls linearly from the full rate to the given share at the last update', () => {
    assert.deepEqual(rates(7, { learningRate: 2, warmupSteps: 2, decay: 'linear', decayTo: 0.5 }), [1, 2, 2, 1.75, 1.5, 1.25, 1])
  })

  it('falls along half a cosine', () => {
    assert.deepEqual(rates(5, { learningRate: 1, warmupSteps: 0, decay: 'cosine', decayTo: 0 }), [1, 0.853553390593, 0.5, 0.146446609407, 0])
  })

  it('starts at the full rate without warm-up and survives a stage of one update', () => {
    assert.deepEqual(rates(1, { learningRate: 1, warmupSteps: 0, decay: 'linear' }), [1])
  })
})
