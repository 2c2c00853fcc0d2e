import assert from 'node:assert/strict'
import fc from 'fast-check'
import { availableModes, bucketOf, scaleOf, tokenValues } from './tokenColours.ts'
import type { TokenValues } from './tokenColours.ts'

const values: TokenValues = { logprob: [-0.01, -3], entropy: [0.1, 2], mask: [1, 0], advantage: [1.5, -3, 0] }

describe('tokenColours', () => {
  it('offers only colourings with values', () => {
    assert.deepEqual(availableModes(values), ['none', 'logprob', 'entropy', 'advantage', 'mask'])
    assert.deepEqual(availableModes({ ...values, ratio: [1], clip: [0], drawn: [1] }), ['none', 'logprob', 'entropy', 'advantage', 'ratio', 'clip', 'drawn', 'mask'])
  })

  it('offers none that a run recorded from elsewhere does not know', () => {
    const segment: Parameters<typeof tokenValues>[0] = {
      samplePrompt: { text: '', tokens: [] }, text: 'ab', tokens: [1, 2], tokenEnds: [1, 2], logprobs: [], samplingLogprobs: [], entropies: [], advantages: [1, 1], mask: [1, 1],
      source: 'policy', spans: [], stopReason: 'endOfText'
    }
    assert.deepEqual(availableModes(tokenValues(segment)), ['none', 'advantage', 'mask'])
    const without = { ...segment, tokens: [], tokenEnds: [], mask: [], advantages: [1] }
    assert.equal(tokenValues(without).advantage, undefined)
  })

  it('takes ratios and clip states from what the update recorded of these tokens', () => {
    const segment: Parameters<typeof tokenValues>[0] = {
      samplePrompt: { text: '', tokens: [] }, text: 'ab', tokens: [1, 2], tokenEnds: [1, 2], logprobs: [-1, -2], samplingLogprobs: [-1, -1], entropies: [1, 1], mask: [1, 1],
      source: 'policy', spans: [], stopReason: 'endOfText'
    }
    assert.deepEqual(availableModes(tokenValues(segment)), ['none', 'logprob', 'entropy', 'drawn', 'mask'])
    const update = { id: 't000001.1-000-00', ratios: [1, 1.5], clipped: [0, 1] as (0 | 1)[] }
    const values = tokenValues(segment, update)
    assert.deepEqual([values.ratio, values.clip, values.drawn?.map((ratio) => ratio.toFixed(3))], [[1, 1.5], [0, 1], ['1.000', '0.368']])
    assert.equal(tokenValues(segment, update), values)
    assert.deepEqual([scaleOf('clip', values), scaleOf('ratio', values)].map((scale, i) => bucketOf(scale, i === 0 ? 'clip' : 'ratio', i === 0 ? 1 : 1.5)), ['on', 'p2'])
    const foreign = tokenValues(segment, { ...update, ratios: [1], clipped: [0] })
    assert.deepEqual([foreign.ratio, foreign.clip], [undefined, undefined])
  })

  it('puts sure tokens in the weakest bucket and surprising ones in the strongest', () => {
    const scale = scaleOf('logprob', values)
    assert.equal(bucketOf(scale, 'logprob', 0), 's0')
    assert.equal(bucketOf(scale, 'logprob', -0.3), 's2')
    assert.equal(bucketOf(scale, 'logprob', -40), 's7')
  })

  it('is monotone and has one label for each bucket', () => {
    for (const mode of ['logprob', 'entropy', 'advantage', 'ratio', 'drawn'] as const) {
      const scale = scaleOf(mode, values)
      assert.equal(scale.labels.length, scale.classes.length)
      assert.equal(scale.bounds.length, scale.classes.length - 1)
      const rank = (value: number) => scale.classes.indexOf(bucketOf(scale, mode, mode === 'logprob' ? -value : value))
      fc.assert(fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => assert.ok(a > b || rank(a) <= rank(b))))
    }
  })

  it('is neutral at advantage zero and at ratio one, and as wide as the largest advantage', () => {
    const advantage = scaleOf('advantage', values)
    assert.equal(bucketOf(advantage, 'advantage', 0), 'z')
    assert.equal(bucketOf(advantage, 'advantage', -3), 'n3')
    assert.equal(bucketOf(advantage, 'advantage', 3), 'p3')
    assert.equal(bucketOf(advantage, 'advantage', 1.5), 'p2')
    assert.equal(bucketOf(scaleOf('ratio', values), 'ratio', 1), 'z')
  })

  it('has a neutral scale where all advantages are zero', () => {
    const zero = { ...values, advantage: [0, 0] }
    assert.equal(bucketOf(scaleOf('advantage', zero), 'advantage', 0), 'z')
  })

  it('tells trained from untrained tokens', () => {
    const scale = scaleOf('mask', values)
    assert.deepEqual([0, 1].map((value) => bucketOf(scale, 'mask', value)), ['off', 'on'])
  })
})
