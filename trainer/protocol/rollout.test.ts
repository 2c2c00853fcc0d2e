import assert from 'node:assert/strict'
import { Segment } from './rollout.ts'

const SEGMENT = {
  samplePrompt: { text: '1 + 1', tokens: [1] }, text: '2', tokens: [5, 6], tokenEnds: [1, 1], logprobs: [-1, -2], samplingLogprobs: [-1, -2], entropies: [1, 0],
  mask: [1, 1], source: 'policy', spans: [], stopReason: 'endOfText'
}
const faultsOf = (change: object): string[] => Segment.safeParse({ ...SEGMENT, ...change }).error?.issues.map(({ path }) => path.join('.')) ?? []

describe('Segment', () => {
  it('has one number for each token', () => {
    assert.deepEqual(faultsOf({ advantages: [0.5, 0.5] }), [])
    for (const key of ['tokenEnds', 'logprobs', 'samplingLogprobs', 'entropies', 'mask', 'advantages']) assert.deepEqual(faultsOf({ [key]: [1] }), [key])
  })

  it('may know less where another program recorded it, of all tokens alike', () => {
    assert.deepEqual(faultsOf({ tokenEnds: [], logprobs: [], samplingLogprobs: [], entropies: [] }), [])
    assert.deepEqual(faultsOf({ mask: [] }), ['mask'])
    assert.deepEqual(faultsOf({ advantages: [] }), ['advantages'])
  })

  it('has one advantage of the completion where tokens are unknown', () => {
    const none = { tokens: [], tokenEnds: [], logprobs: [], samplingLogprobs: [], entropies: [], mask: [] }
    assert.deepEqual(faultsOf({ ...none, advantages: [0.5] }), [])
    assert.deepEqual(faultsOf({ ...none, advantages: [] }), [])
    assert.deepEqual(faultsOf({ ...none, advantages: [0.5, 0.5] }), ['advantages'])
  })
})
