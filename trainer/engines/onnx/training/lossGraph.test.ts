import assert from 'node:assert/strict'
import { GradientVector } from './gradientVector.ts'
import { assertGradient, closePasses, gradientOf, lossTerms, maxDifference, passOf, tokenMean, trainData } from '../testing/trainData.ts'
import { referenceHeads, referenceTermValues, referenceTokens } from '../testing/referenceModel.ts'
import { referenceWeights, tinyModel, tinyModels } from '../testing/tinyModels.ts'
import type { Loss, Normalisation, TrainSequence } from '../../engine.ts'

describe('loss terms', () => {
  after(closePasses)

  const model = tinyModel(tinyModels['Qwen3, head norms, wide heads']!)
  const data = trainData(model)
  for (const [name, list] of Object.entries(lossTerms)) {
    it(`${name}: value and gradient`, async () => {
      const loss: Loss = { terms: list, normalisation: tokenMean }
      const gradient = new GradientVector(model.layout)
      const result = await passOf(model).forwardBackward(model.parameters, gradient, data, loss)
      const tokens = result.logprobs.map(({ logprobs_T, entropies_T }, i) => ({ logprobs: logprobs_T, entropies: entropies_T, heads: referenceHeads(model.config, referenceWeights(model), data[i]!) }))
      const closedForm = referenceTermValues(loss, data, tokens)
      assert.ok(maxDifference(result.termValues, closedForm) < 1e-6, `${result.termValues} against ${closedForm}`)
      const total = list.reduce((sum, term, i) => sum + term.weight * closedForm[i]!, 0)
      assert.ok(Math.abs(result.loss - total) < 1e-6)
      assertGradient(model, data, loss, gradient.values(), 1)
    })
  }

  const normalisations: readonly Normalisation[] = [
    { kind: 'tokenMean', denominator: 40 }, { kind: 'sequenceMean' }, { kind: 'sequenceMean', denominator: 7 },
    { kind: 'constant', length: 9 }, { kind: 'constant', length: 9, denominator: 3 }
  ]
  for (const normalisation of normalisations) {
    it(`normalised by ${JSON.stringify(normalisation)}`, async () => {
      const loss: Loss = { terms: lossTerms['several terms']!, normalisation }
      assertGradient(model, data, loss, await gradientOf(model, data, loss), 1)
    })
  }

  it('reports ratios and which share of the tokens was clipped', async () => {
    const advantages = [1, -1, 1, -1, 1]
    const offsets = [0.5, -0.5, -0.5, 0.5, 0.1]
    const sequence = { prompt: [1, 2], completion: [3, 4, 5, 6, 7, 8] }
    const { logprobs } = referenceTokens(model.config, referenceWeights(model), sequence)
    const behaviour = logprobs.map((logp, t) => logp - (offsets[t] ?? 9))
    const masked: TrainSequence = { ...sequence, mask_T: [1, 1, 1, 1, 1, 0], advantages_T: [...advantages, 1], behaviourLogprobs_T: behaviour }
    const result = await passOf(model).forwardBackward(model.parameters, new GradientVector(model.layout), [masked], { terms: lossTerms['token ratio, separate clips']!, normalisation: tokenMean })
    assert.equal(result.clippedHigh, 1 / 5)
    assert.equal(result.clippedLow, 1 / 5)
    assert.ok(Math.abs(result.maxRatio - Math.exp(0.5)) < 1e-5)
    assert.ok(Math.abs(result.meanRatio - (2 * Math.exp(0.5) + 2 * Math.exp(-0.5) + Math.exp(0.1)) / 5) < 1e-5)
    assert.equal(result.tokens, 7)
  })

  it('take dL/dlogp from outside: crossEntropy with its negative as weights', async () => {
    const { behaviourLogprobs_T: _, ...plain } = data[0]!
    const slopes = plain.completion.map((_token, t) => 0.3 * t - 0.5)
    const outside: Loss = { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'constant', length: 1, denominator: 1 } }
    const inside: Loss = { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'none' }], normalisation: { kind: 'constant', length: 1, denominator: 1 } }
    const a = await gradientOf(model, [{ ...plain, weights_T: slopes.map((slope) => -slope) }], outside)
    const b = await gradientOf(model, [{ ...plain, advantages_T: slopes.map((slope) => -slope) }], inside)
    assert.ok(maxDifference(a, b) < 1e-7)
  })
})
