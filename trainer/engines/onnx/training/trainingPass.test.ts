import assert from 'node:assert/strict'
import { GradientVector } from './gradientVector.ts'
import { assertGradient, closePasses, gradientOf, lossTerms, maxDifference, passOf, tokenMean, trainData } from '../testing/trainData.ts'
import { randomStream } from '../../../random/random.ts'
import { referenceTokens } from '../testing/referenceModel.ts'
import { referenceWeights, tinyModel, tinyModels } from '../testing/tinyModels.ts'
import type { Loss, TrainSequence } from '../../engine.ts'

describe('training pass', () => {
  after(closePasses)

  for (const [name, config] of Object.entries(tinyModels)) {
    const model = tinyModel(config)

    it(`${name}: log-probabilities and entropies are the reference's`, async () => {
      const data = trainData(model)
      const results = await passOf(model).logprobs(model.parameters, data)
      data.forEach((sequence, i) => {
        const expected = referenceTokens(config, referenceWeights(model), sequence)
        assert.ok(maxDifference(results[i]!.logprobs_T, expected.logprobs) < 3e-6)
        assert.ok(maxDifference(results[i]!.entropies_T, expected.entropies) < 3e-6)
      })
    })

    it(`${name}: the gradient is that of finite differences of the reference`, async () => {
      const data = trainData(model)
      const loss: Loss = { terms: lossTerms['several terms']!, normalisation: tokenMean }
      assertGradient(model, data, loss, await gradientOf(model, data, loss), 3)
    })
  }

  describe('batches', () => {
    const model = tinyModel(tinyModels['Llama, tied head']!)
    const data = trainData(model)
    const loss: Loss = { terms: lossTerms['several terms']!, normalisation: tokenMean }
    const norm = (g: Float32Array): number => Math.hypot(...g)

    it('give one gradient however they are cut into micro-batches', async () => {
      const whole = await gradientOf(model, data, loss)
      for (const microBatchTokens of [1, 16, 24]) {
        const cut = await gradientOf(model, data, loss, microBatchTokens)
        assert.ok(maxDifference(whole, cut) < 1e-6 * norm(whole), `${microBatchTokens}`)
      }
    })

    it('give one gradient however they are cut into calls with a common denominator', async () => {
      const whole = await gradientOf(model, data, loss)
      const denominator = data.reduce((sum, { mask_T }) => sum + mask_T!.reduce((a, b) => a + b, 0), 0)
      const gradient = new GradientVector(model.layout)
      const pass = passOf(model)
      for (const sequence of data) {
        await pass.forwardBackward(model.parameters, gradient, [sequence], { ...loss, normalisation: { kind: 'tokenMean', denominator } })
      }
      assert.ok(maxDifference(whole, gradient.values()) < 1e-6 * norm(whole))
    })

    it('do not change a sequence: alone, padded beside a long one, or in another order', async () => {
      const pass = passOf(model)
      const alone = await Promise.all(data.map(async (sequence) => (await passOf(model).logprobs(model.parameters, [sequence]))[0]!))
      const long = { prompt: [1, 2, 3, 4], completion: Array.from({ length: 20 }, (_, t) => t % 11) }
      const together = await pass.logprobs(model.parameters, [long, ...data])
      const reversed = (await pass.logprobs(model.parameters, [...data].reverse())).reverse()
      alone.forEach((single, i) => {
        assert.ok(maxDifference(single.logprobs_T, together[i + 1]!.logprobs_T) < 1e-6)
        assert.ok(maxDifference(single.logprobs_T, reversed[i]!.logprobs_T) < 1e-6)
      })
    })

    it('give the same bits again, on several threads', async () => {
      const larger = tinyModel({ ...model.config, vocabularySize: 200, hiddenSize: 64, intermediateSize: 128, headSize: 16, contextLength: 64 })
      const random = randomStream('bits')
      const tokens = (count: number): number[] => Array.from({ length: count }, () => random.integer(200))
      const batch = Array.from({ length: 24 }, () => ({ prompt: tokens(8), completion: tokens(8 + random.integer(40)) }))
      const sequences: TrainSequence[] = batch.map(({ prompt, completion }) => ({ prompt, completion, advantages_T: completion.map(() => random.normal()) }))
      const run = async (): Promise<[Float32Array, unknown]> => {
        const gradient = new GradientVector(larger.layout)
        const result = await passOf(larger, 512, 3).forwardBackward(larger.parameters, gradient, sequences, loss)
        return [gradient.values(), result]
      }
      const first = await run()
      for (let repeat = 0; repeat < 3; repeat++) assert.deepEqual(await run(), first)
    })

    it('score as they train', async () => {
      const pass = passOf(model)
      const { logprobs } = await pass.forwardBackward(model.parameters, new GradientVector(model.layout), data, loss)
      const scored = await pass.logprobs(model.parameters, data)
      scored.forEach((sequence, i) => assert.ok(maxDifference(sequence.logprobs_T, logprobs[i]!.logprobs_T) < 1e-6))
    })

    it('may hold sequences without completion or without a counted token', async () => {
      const gradient = new GradientVector(model.layout)
      const empty = [{ prompt: [1], completion: [] }, { prompt: [1], completion: [2, 3], mask_T: [0, 0] }]
      const result = await passOf(model).forwardBackward(model.parameters, gradient, empty, loss)
      assert.deepEqual(result.logprobs.map(({ logprobs_T }) => logprobs_T.length), [0, 2])
      assert.equal(result.loss, 0)
      assert.equal(norm(gradient.values()), 0)
    })
  })

  describe('bad input', () => {
    const model = tinyModel(tinyModels['Llama, tied head']!)
    const loss: Loss = { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: tokenMean }
    const good = { prompt: [1, 2], completion: [3, 4] }
    const reject = async (data: TrainSequence, expected: { code: string; place: string }, parameters = model.parameters): Promise<void> => {
      const gradient = new GradientVector(model.layout)
      const pass = passOf(model)
      await pass.forwardBackward(model.parameters, gradient, [good], loss)
      await assert.rejects(pass.forwardBackward(parameters, gradient, [data], loss), expected)
      assert.equal(gradient.hasGradient, false)
      assert.ok(gradient.values().every((g) => g === 0))
    }

    it('names the place', async () => {
      await reject({ prompt: [], completion: [1] }, { code: 'engine/empty-prompt', place: 'sequences[0].prompt' })
      await reject({ prompt: [1], completion: [2, 11] }, { code: 'engine/token-range', place: 'sequences[0].completion[1]' })
      await reject({ prompt: [1], completion: Array.from({ length: 32 }, () => 1) }, { code: 'engine/context-length', place: 'sequences[0]' })
      await reject({ ...good, weights_T: [1] }, { code: 'engine/shape', place: 'data[0].weights_T' })
      await reject({ ...good, weights_T: [1, NaN] }, { code: 'engine/not-finite', place: 'data[0].weights_T[1]' })
    })

    it('names the weights that are not finite', async () => {
      const broken = model.parameters.slice()
      const slot = model.layout.slots.find(({ name }) => name === 'model.layers.1.self_attn.v_proj.weight')!
      broken[slot.offset + 3] = NaN
      await reject(good, { code: 'engine/not-finite', place: slot.name }, broken)
    })

    it('stops when cancelled, with nothing accumulated', async () => {
      const gradient = new GradientVector(model.layout)
      await assert.rejects(passOf(model).forwardBackward(model.parameters, gradient, [good], loss, AbortSignal.abort()), { code: 'engine/cancelled' })
      assert.equal(gradient.hasGradient, false)
    })

    it('a masked token may have any numbers', async () => {
      const gradient = new GradientVector(model.layout)
      const policy: Loss = { terms: lossTerms['several terms']!, normalisation: tokenMean }
      const masked = { ...good, mask_T: [1, 0], behaviourLogprobs_T: [-2, -Infinity], advantages_T: [1, NaN], referenceLogprobs_T: [-2, 500], weights_T: [1, Infinity] }
      const result = await passOf(model).forwardBackward(model.parameters, gradient, [masked], policy)
      assert.ok(Number.isFinite(result.loss))
      assert.ok(gradient.values().every(Number.isFinite))
    })
  })
})
