import assert from 'node:assert/strict'
import { GradientVector } from './gradientVector.ts'
import { TrainingPass } from './trainingPass.ts'
import { randomStream } from '../../random/random.ts'
import { referenceLoss, referenceTermValues, referenceTokens } from './testing/referenceModel.ts'
import { referenceWeights, tinyModel, tinyModels } from './testing/tinyModels.ts'
import type { Loss, LossTerm, Normalisation, TrainSequence } from '../engine.ts'
import type { TinyModel } from './testing/tinyModels.ts'

const lengths = [[3, 4], [1, 6], [5, 2], [2, 1], [4, 5]] as const

/** Sequences whose ratios lie inside and outside a clip of ±0.2, none within 0.02 of its edge. */
function trainData(model: TinyModel, seed = 'data'): TrainSequence[] {
  const weights = referenceWeights(model)
  return lengths.map(([prompt, completion], i) => {
    const random = randomStream(seed, i)
    const tokens = (count: number): number[] => Array.from({ length: count }, () => random.integer(model.config.vocabularySize))
    const sequence = { prompt: tokens(prompt), completion: tokens(completion) }
    const { logprobs } = referenceTokens(model.config, weights, sequence)
    const offsets = [-0.5, -0.1, 0.05, 0.12, 0.4]
    return {
      ...sequence,
      mask_T: sequence.completion.map((_, t) => (i === 4 && t === 1 ? 0 : 1)),
      advantages_T: sequence.completion.map(() => random.normal()),
      behaviourLogprobs_T: logprobs.map((logp) => logp - random.pick(offsets)),
      referenceLogprobs_T: logprobs.map((logp) => logp + 0.3 * random.normal()),
      weights_T: sequence.completion.map(() => random.next())
    }
  })
}

const terms: Readonly<Record<string, readonly LossTerm[]>> = {
  'policy gradient without a ratio': [{ kind: 'policyGradient', weight: 1, ratio: 'none' }],
  'token ratio without a clip': [{ kind: 'policyGradient', weight: 1, ratio: 'token' }],
  'token ratio, low clip alone': [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2 }],
  'token ratio, separate clips': [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.3 }],
  'sequence ratio, clipped': [{ kind: 'policyGradient', weight: 0.7, ratio: 'sequence', clipLow: 0.03, clipHigh: 0.04 }],
  'cross-entropy': [{ kind: 'crossEntropy', weight: 1.5 }],
  'k1': [{ kind: 'klToReference', weight: 1, estimator: 'k1' }],
  'k2': [{ kind: 'klToReference', weight: 1, estimator: 'k2' }],
  'k3': [{ kind: 'klToReference', weight: 1, estimator: 'k3' }],
  'entropy bonus': [{ kind: 'entropyBonus', weight: 0.1 }],
  'several terms': [
    { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.3 },
    { kind: 'klToReference', weight: 0.3, estimator: 'k3' },
    { kind: 'entropyBonus', weight: 0.2 },
    { kind: 'crossEntropy', weight: 0.1 }
  ]
}
const tokenMean: Normalisation = { kind: 'tokenMean' }

const opened: TrainingPass[] = []
function passOf(model: TinyModel, microBatchTokens = 1024, threads = 1): TrainingPass {
  const pass = new TrainingPass(model.config, model.layout, { threads, microBatchTokens })
  opened.push(pass)
  return pass
}

async function gradientOf(model: TinyModel, data: readonly TrainSequence[], loss: Loss, microBatchTokens?: number): Promise<Float32Array> {
  const gradient = new GradientVector(model.layout)
  await passOf(model, microBatchTokens).forwardBackward(model.parameters, gradient, data, loss)
  return gradient.values()
}

/** Central differences of the double-precision reference, every `stride`-th number of each tensor. */
function assertGradient(model: TinyModel, data: readonly TrainSequence[], loss: Loss, gradient: Float32Array, stride = 1): void {
  const weights = referenceWeights(model)
  const h = 1e-5
  let globalSquares = 0
  gradient.forEach((g) => { globalSquares += g * g })
  for (const { name, offset, size } of model.layout.slots) {
    const values = weights.get(name)!
    for (let i = 0; i < size; i += stride) {
      const middle = values[i]!
      values[i] = middle + h
      const above = referenceLoss(model.config, weights, data, loss)
      values[i] = middle - h
      const below = referenceLoss(model.config, weights, data, loss)
      values[i] = middle
      const numeric = (above - below) / (2 * h)
      const error = Math.abs(numeric - gradient[offset + i]!)
      assert.ok(error < 1e-5 * Math.abs(numeric) + 2e-6 * Math.sqrt(globalSquares), `${name}[${i}]: ${gradient[offset + i]} against ${numeric}`)
    }
  }
}

function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length)
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((x, y) => Math.max(x, y), 0)
}

describe('training pass', () => {
  after(async () => { for (const pass of opened) await pass.close() })

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
      const loss: Loss = { terms: terms['several terms']!, normalisation: tokenMean }
      assertGradient(model, data, loss, await gradientOf(model, data, loss))
    })
  }

  describe('loss terms', () => {
    const model = tinyModel(tinyModels['Qwen3, head norms, wide heads']!)
    const data = trainData(model)
    for (const [name, list] of Object.entries(terms)) {
      it(`${name}: value and gradient`, async () => {
        const loss: Loss = { terms: list, normalisation: tokenMean }
        const gradient = new GradientVector(model.layout)
        const result = await passOf(model).forwardBackward(model.parameters, gradient, data, loss)
        const tokens = result.logprobs.map(({ logprobs_T, entropies_T }) => ({ logprobs: logprobs_T, entropies: entropies_T }))
        const closedForm = referenceTermValues(loss, data, tokens)
        assert.ok(maxDifference(result.termValues, closedForm) < 1e-6, `${result.termValues} against ${closedForm}`)
        const total = list.reduce((sum, term, i) => sum + term.weight * closedForm[i]!, 0)
        assert.ok(Math.abs(result.loss - total) < 1e-6)
        assertGradient(model, data, loss, gradient.values(), 7)
      })
    }

    const normalisations: readonly Normalisation[] = [
      { kind: 'tokenMean', denominator: 40 }, { kind: 'sequenceMean' }, { kind: 'sequenceMean', denominator: 7 },
      { kind: 'constant', length: 9 }, { kind: 'constant', length: 9, denominator: 3 }
    ]
    for (const normalisation of normalisations) {
      it(`normalised by ${JSON.stringify(normalisation)}`, async () => {
        const loss: Loss = { terms: terms['several terms']!, normalisation }
        assertGradient(model, data, loss, await gradientOf(model, data, loss), 11)
      })
    }

    it('reports ratios and which share of the tokens was clipped', async () => {
      const advantages = [1, -1, 1, -1, 1]
      const offsets = [0.5, -0.5, -0.5, 0.5, 0.1]
      const sequence = { prompt: [1, 2], completion: [3, 4, 5, 6, 7, 8] }
      const { logprobs } = referenceTokens(model.config, referenceWeights(model), sequence)
      const behaviour = logprobs.map((logp, t) => logp - (offsets[t] ?? 9))
      const masked: TrainSequence = { ...sequence, mask_T: [1, 1, 1, 1, 1, 0], advantages_T: [...advantages, 1], behaviourLogprobs_T: behaviour }
      const result = await passOf(model).forwardBackward(model.parameters, new GradientVector(model.layout), [masked], { terms: terms['token ratio, separate clips']!, normalisation: tokenMean })
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

  describe('batches', () => {
    const model = tinyModel(tinyModels['Llama, tied head']!)
    const data = trainData(model)
    const loss: Loss = { terms: terms['several terms']!, normalisation: tokenMean }
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

    it('give the same bits again, on two threads', async () => {
      const run = async (): Promise<[Float32Array, unknown]> => {
        const gradient = new GradientVector(model.layout)
        const result = await passOf(model, 24, 2).forwardBackward(model.parameters, gradient, data, loss)
        return [gradient.values(), result]
      }
      assert.deepEqual(await run(), await run())
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
      await reject({ prompt: [], completion: [1] }, { code: 'empty-prompt', place: 'sequences[0].prompt' })
      await reject({ prompt: [1], completion: [2, 11] }, { code: 'token-range', place: 'sequences[0].completion[1]' })
      await reject({ prompt: [1], completion: Array.from({ length: 32 }, () => 1) }, { code: 'context-length', place: 'sequences[0]' })
      await reject({ ...good, weights_T: [1] }, { code: 'shape', place: 'data[0].weights_T' })
      await reject({ ...good, weights_T: [1, NaN] }, { code: 'not-finite', place: 'data[0].weights_T[1]' })
    })

    it('names the weights that are not finite', async () => {
      const broken = model.parameters.slice()
      const slot = model.layout.slots.find(({ name }) => name === 'model.layers.1.self_attn.v_proj.weight')!
      broken[slot.offset + 3] = NaN
      await reject(good, { code: 'not-finite', place: slot.name }, broken)
    })

    it('stops when cancelled, with nothing accumulated', async () => {
      const gradient = new GradientVector(model.layout)
      await assert.rejects(passOf(model).forwardBackward(model.parameters, gradient, [good], loss, AbortSignal.abort()), { code: 'cancelled' })
      assert.equal(gradient.hasGradient, false)
    })

    it('a masked token may have any numbers', async () => {
      const gradient = new GradientVector(model.layout)
      const policy: Loss = { terms: terms['several terms']!, normalisation: tokenMean }
      const masked = { ...good, mask_T: [1, 0], behaviourLogprobs_T: [-2, -Infinity], advantages_T: [1, NaN], referenceLogprobs_T: [-2, 500], weights_T: [1, Infinity] }
      const result = await passOf(model).forwardBackward(model.parameters, gradient, [masked], policy)
      assert.ok(Number.isFinite(result.loss))
      assert.ok(gradient.values().every(Number.isFinite))
    })
  })
})
