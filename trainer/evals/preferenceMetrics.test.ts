import assert from 'node:assert/strict'
import { METRIC_DEFINITIONS } from './metricDefinitions.ts'
import { preferenceMetrics } from './preferenceMetrics.ts'

const scored = (...logprobs_T: number[]) => ({ logprobs_T, entropies_T: [] })

describe('preference metrics', () => {
  it('compare the log-ratios of both sides', () => {
    const data = [
      { prompt: [1], completion: [1, 2], referenceLogprobs_T: [-2, -2], pair: { name: 'a', side: 'chosen' as const } },
      { prompt: [1], completion: [9] },
      { prompt: [1], completion: [3], referenceLogprobs_T: [-1], pair: { name: 'a', side: 'rejected' as const } },
      { prompt: [1], completion: [3], pair: { name: 'b', side: 'rejected' as const } },
      { prompt: [1], completion: [3], pair: { name: 'b', side: 'chosen' as const } }
    ]
    const metrics = preferenceMetrics(data, [scored(-1, -1.5), scored(-7), scored(-3), scored(-0.5), scored(-1)])
    // Pair a: 1.5 against −2; pair b: −1 against −0.5.
    assert.deepEqual(metrics, { 'preferences/accuracy': 0.5, 'preferences/margin': (3.5 - 0.5) / 2, 'preferences/chosen': 0.25 })
  })

  it('count nothing that a tool answered', () => {
    const pair = (side: 'chosen' | 'rejected', mask_T: number[]) => ({ prompt: [1], completion: [1, 2], mask_T, pair: { name: 'a', side } })
    assert.equal(preferenceMetrics([pair('chosen', [1, 0]), pair('rejected', [1, 1])], [scored(-1, -50), scored(-1, -2)])['preferences/margin'], 2)
  })

  it('have a definition each', () => {
    const pair = (side: 'chosen' | 'rejected') => ({ prompt: [1], completion: [2], pair: { name: 'a', side } })
    const recorded = Object.keys(preferenceMetrics([pair('chosen'), pair('rejected')], [scored(-1), scored(-2)]))
    assert.deepEqual(recorded.sort(), Object.keys(METRIC_DEFINITIONS).filter((name) => name.startsWith('preferences/')).sort())
  })

  it('say nothing without pairs', () => assert.deepEqual(preferenceMetrics([{ prompt: [1], completion: [2] }], [scored(-1)]), {}))
})
