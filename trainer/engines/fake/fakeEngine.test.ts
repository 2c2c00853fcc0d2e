import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NewModel } from '../../protocol/runFile.ts'
import type { Engine, Loss, OptimizerStep, SampledCompletion, SamplingParameters, TrainSequence } from '../engine.ts'
import { createFakeEngine, fakeEngineFactory } from './fakeEngine.ts'
import type { FakeEngineOptions } from './fakeEngine.ts'

const vocabulary = ['<eos>', 'a', 'b', 'c', 'd']
const SAMPLING: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 6, stop: [] }
const STEP: OptimizerStep = { name: 'adamw', learningRate: 0.1, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 }

async function engineWith(options: FakeEngineOptions = {}): Promise<Engine> {
  const engine = createFakeEngine(options)
  await engine.loadModel({ kind: 'new', model: NewModel.parse({ contextLength: 16 }), vocabulary, seed: 5 })
  return engine
}

/** Two sequences with everything a loss term may read; ratios lie on both sides of the clip. */
const DATA: readonly TrainSequence[] = [
  { prompt: [1, 2], completion: [3, 4, 0], advantages_T: [1, -2, 0.5], behaviourLogprobs_T: [-2.2, -1.2, -1.6], referenceLogprobs_T: [-1, -2, -1.5], weights_T: [1, 0.5, 2] },
  { prompt: [4], completion: [1, 1], mask_T: [1, 0], advantages_T: [-1, 3], behaviourLogprobs_T: [-1.4, -9], referenceLogprobs_T: [-1.8, -3] }
]

const LOSSES: Record<string, Loss> = {
  'policyGradient without ratio, token mean': { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'none' }], normalisation: { kind: 'tokenMean' } },
  'policyGradient with token ratio and clips': { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.3 }], normalisation: { kind: 'sequenceMean' } },
  'policyGradient with sequence ratio': { terms: [{ kind: 'policyGradient', weight: 2, ratio: 'sequence' }], normalisation: { kind: 'sequenceMean' } },
  'crossEntropy, constant length': { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'constant', length: 7 } },
  'klToReference k1': { terms: [{ kind: 'klToReference', weight: 1, estimator: 'k1' }], normalisation: { kind: 'tokenMean' } },
  'klToReference k2': { terms: [{ kind: 'klToReference', weight: 1, estimator: 'k2' }], normalisation: { kind: 'tokenMean' } },
  'klToReference k3': { terms: [{ kind: 'klToReference', weight: 0.5, estimator: 'k3' }], normalisation: { kind: 'tokenMean', denominator: 9 } },
  entropyBonus: { terms: [{ kind: 'entropyBonus', weight: 0.3 }], normalisation: { kind: 'sequenceMean', denominator: 3 } },
  'several terms': {
    terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipHigh: 0.1 }, { kind: 'klToReference', weight: 0.1, estimator: 'k3' }, { kind: 'entropyBonus', weight: 0.01 }],
    normalisation: { kind: 'tokenMean' }
  }
}

describe('fake engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fake-engine-'))
  after(() => rmSync(folder, { recursive: true }))

  /** Loss of the model with one number of one table moved. */
  async function lossAt(table: string, index: number, by: number, loss: Loss): Promise<number> {
    const engine = await engineWith()
    await engine.save(folder, { optimizer: false, dtype: 'float32' })
    const file = join(folder, 'fake-model.json')
    const stored = JSON.parse(readFileSync(file, 'utf8')) as { tables: Record<string, number[]> }
    stored.tables[table]![index]! += by
    writeFileSync(file, JSON.stringify(stored))
    await engine.load(folder, { optimizer: false })
    return (await engine.forwardBackward(DATA, loss)).loss
  }

  for (const [name, loss] of Object.entries(LOSSES)) {
    it(`has the numeric gradient of ${name}`, async () => {
      const engine = await engineWith()
      await engine.forwardBackward(DATA, loss)
      const gradients = await engine.gradients()
      for (const [table, gradient] of Object.entries(gradients)) {
        for (const index of [0, 6, 11, 17, 23]) {
          const numeric = ((await lossAt(table, index, 1e-5, loss)) - (await lossAt(table, index, -1e-5, loss))) / 2e-5
          assert.ok(Math.abs(numeric - gradient[index]!) < 1e-8, `${table}[${index}]: ${gradient[index]} is not ${numeric}`)
        }
      }
    })
  }

  it('accumulates to one big batch', async () => {
    const whole = await engineWith()
    const parts = await engineWith()
    const terms = LOSSES['several terms']!.terms
    const masked = 4
    await whole.forwardBackward(DATA, { terms, normalisation: { kind: 'tokenMean' } })
    for (const sequence of DATA) await parts.forwardBackward([sequence], { terms, normalisation: { kind: 'tokenMean', denominator: masked } })
    const [one, other] = [await whole.gradients(), await parts.gradients()]
    for (const table of Object.keys(one)) one[table]!.forEach((value, i) => assert.ok(Math.abs(value - other[table]![i]!) < 1e-15))
  })

  it('counts clipped tokens and ratios over masked-in tokens', async () => {
    const engine = await engineWith()
    const { logprobs, ...result } = await engine.forwardBackward(DATA, LOSSES['policyGradient with token ratio and clips']!)
    const ratios = [0, 1, 2].map((t) => Math.exp(logprobs[0]!.logprobs_T[t]! - DATA[0]!.behaviourLogprobs_T![t]!))
    const all = [...ratios, Math.exp(logprobs[1]!.logprobs_T[0]! - -1.4)]
    const advantages = [1, -2, 0.5, -1]
    assert.equal(result.clippedHigh, all.filter((ratio, i) => advantages[i]! > 0 && ratio > 1.3).length / 4)
    assert.equal(result.clippedLow, all.filter((ratio, i) => advantages[i]! < 0 && ratio < 0.8).length / 4)
    assert.ok(Math.abs(result.meanRatio - all.reduce((sum, ratio) => sum + ratio, 0) / 4) < 1e-12)
    assert.equal(result.maxRatio, Math.max(...all))
    assert.ok(result.clippedHigh + result.clippedLow > 0)
  })

  it('makes AdamW’s first step by learning rate against the sign of the gradient', async () => {
    const engine = await engineWith()
    await engine.forwardBackward(DATA, LOSSES['crossEntropy, constant length']!)
    const gradients = await engine.gradients()
    const touched = Object.values(gradients).flat().filter((value) => value !== 0).length
    const { updateNorm, gradNorm } = await engine.optimStep(STEP)
    assert.ok(Math.abs(updateNorm - 0.1 * Math.sqrt(touched)) < 1e-4)
    assert.ok(Math.abs(gradNorm - Math.hypot(...Object.values(gradients).flat())) < 1e-12)
    assert.ok(Object.values(await engine.gradients()).flat().every((value) => value === 0))
  })

  it('clips the global norm', async () => {
    const engine = await engineWith()
    await engine.forwardBackward(DATA, LOSSES['crossEntropy, constant length']!)
    const { gradNorm, updateNorm } = await engine.optimStep({ ...STEP, name: 'sgd', learningRate: 1, maxGradNorm: 0.01 })
    assert.ok(gradNorm > 0.01)
    assert.ok(Math.abs(updateNorm - 0.01) < 1e-12)
  })

  it('samples under the distribution that it scores with', async () => {
    const engine = await engineWith()
    const completions = await engine.sample([{ tokens: [1, 2], seeds: [1, 2, 3] }], SAMPLING)
    const scored = await engine.logprobs(completions.map(({ tokens }) => ({ prompt: [1, 2], completion: tokens })))
    completions.forEach((completion, i) => {
      assert.deepEqual(completion.logprobs_T, scored[i]!.logprobs_T)
      completion.samplingLogprobs_T.forEach((logprob, t) => assert.ok(Math.abs(logprob - completion.logprobs_T[t]!) < 1e-12))
      assert.deepEqual(completion.entropies_T, scored[i]!.entropies_T)
    })
  })

  it('draws a completion from its seed alone', async () => {
    const engine = await engineWith()
    const [alone] = await engine.sample([{ tokens: [3], seeds: [42] }], SAMPLING)
    const batch = await engine.sample([{ tokens: [1], seeds: [7, 8] }, { tokens: [3], seeds: [9, 42] }], SAMPLING)
    assert.deepEqual(batch.at(-1)!.tokens, alone!.tokens)
  })

  it('draws tokens as often as their probability says', async () => {
    const engine = await engineWith()
    const seeds = Array.from({ length: 4000 }, (_, i) => i)
    const first = (await engine.sample([{ tokens: [2], seeds }], { ...SAMPLING, maxTokens: 1 })).map(({ tokens }) => tokens[0]!)
    for (const token of vocabulary.keys()) {
      const [{ logprobs_T } = { logprobs_T: [NaN] }] = await engine.logprobs([{ prompt: [2], completion: [token] }])
      const p = Math.exp(logprobs_T[0]!)
      const share = first.filter((drawn) => drawn === token).length / seeds.length
      assert.ok(Math.abs(share - p) < 4 * Math.sqrt((p * (1 - p)) / seeds.length), `token ${token}: ${share} for ${p}`)
    }
  })

  it('truncates the distribution and ends at stop strings and limits', async () => {
    const engine = await engineWith()
    const greedy = await engine.sample([{ tokens: [1], seeds: [1, 2] }], { ...SAMPLING, temperature: 0 })
    assert.deepEqual(greedy[0]!.tokens, greedy[1]!.tokens)
    const topOne = await engine.sample([{ tokens: [1], seeds: [3] }], { ...SAMPLING, topK: 1 })
    assert.deepEqual(topOne[0]!.tokens, greedy[0]!.tokens)
    assert.ok(topOne[0]!.samplingLogprobs_T.every((logprob) => logprob === 0))
    const many = await engine.sample([{ tokens: [1], seeds: Array.from({ length: 50 }, (_, i) => i) }], { ...SAMPLING, stop: ['c'] })
    assert.deepEqual(new Set(many.map(({ stopReason }) => stopReason)), new Set(['endOfText', 'stopString', 'length']))
    for (const { stopReason, text, tokens } of many) {
      if (stopReason === 'stopString') assert.ok(text.endsWith('c'))
      if (stopReason === 'endOfText') assert.equal(tokens.at(-1), 0)
    }
  })

  it('reports completions as they end and cancels within a chunk', async () => {
    const engine = await engineWith({ chunkTokens: 1 })
    const controller = new AbortController()
    const finished: SampledCompletion[] = []
    const seeds = Array.from({ length: 30 }, (_, i) => i)
    const events = { finished: (completion: SampledCompletion) => void finished.push(completion), partial: () => controller.abort() }
    const completions = await engine.sample([{ tokens: [1], seeds }], SAMPLING, events, controller.signal)
    assert.equal(finished.length, 30)
    assert.equal(new Set(finished.map(({ sampleIndex }) => sampleIndex)).size, 30)
    const cancelled = completions.filter(({ stopReason }) => stopReason === 'cancelled')
    assert.ok(cancelled.length > 0 && cancelled.every(({ tokens }) => tokens.length === 1))
  })

  it('goes on with the same bits after save and load, optimiser included', async () => {
    const train = async (engine: Engine): Promise<string> => {
      await engine.forwardBackward(DATA, LOSSES['crossEntropy, constant length']!)
      await engine.optimStep(STEP)
      return JSON.stringify(await engine.logprobs(DATA))
    }
    const engine = await engineWith()
    await train(engine)
    await engine.save(folder, { optimizer: true, dtype: 'float32' })
    const copy = createFakeEngine()
    await copy.load(folder, { optimizer: true })
    assert.equal(await train(copy), await train(engine))
  })

  it('keeps snapshots apart from the weights', async () => {
    const engine = await engineWith()
    const before = await engine.logprobs(DATA)
    await engine.snapshot('start')
    await engine.forwardBackward(DATA, LOSSES['crossEntropy, constant length']!)
    await engine.optimStep(STEP)
    assert.notDeepEqual(await engine.logprobs(DATA), before)
    assert.deepEqual(await engine.logprobs(DATA, 'start'), before)
    await engine.restore('start')
    assert.deepEqual(await engine.logprobs(DATA), before)
    await engine.dropSnapshot('start')
    await assert.rejects(engine.restore('start'), { code: 'engine/no-snapshot' })
  })

  it('fails as scripted: dead for good, hung until closed, not finite once', async () => {
    const start = fakeEngineFactory((n) => ({ failures: (verb, count) => (n === 1 && verb === 'logprobs' && count === 2 ? 'crash' : verb === 'decode' ? 'hang' : undefined) }))
    const options = { threads: 1, microBatchTokens: 1 }
    const first = await start(options)
    await assert.rejects(first.logprobs([]), { code: 'engine/no-model' })
    await assert.rejects(first.logprobs([]), { code: 'engine/died' })
    await assert.rejects(first.info(), { code: 'engine/died' })
    const second = await start(options)
    const hung = second.decode([[1]])
    await second.close()
    await assert.rejects(hung, { code: 'engine/died' })
    const third = await engineWith({ failures: (verb, count) => (verb === 'forwardBackward' && count === 1 ? 'notFinite' : undefined) })
    await assert.rejects(third.forwardBackward(DATA, LOSSES['entropyBonus']!), { code: 'engine/not-finite', place: 'previous' })
    await third.forwardBackward(DATA, LOSSES['entropyBonus']!)
  })

  it('refuses what is not in its vocabulary', async () => {
    const engine = await engineWith()
    assert.deepEqual(await engine.encode(['a b', '']), [[1, 2], []])
    assert.deepEqual(await engine.decode([[1, 2]]), ['a b'])
    await assert.rejects(engine.encode(['a z']), { code: 'engine/unknown-word' })
    await assert.rejects(engine.renderChat([]), { code: 'model/no-chat-template' })
  })
})
