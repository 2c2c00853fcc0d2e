import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Engine, Loss, OptimizerStep, SequenceLogprobs, TokenSequence } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { HEAD_TERMS } from '../engines/lossCases.ts'
import { difference } from '../engines/lossData.ts'
import { seedsFrom, SAMPLING } from '../engines/samplingContract.ts'
import { adamW, assertNear, sgd, source, WORDS } from '../engines/subjects.ts'
import { endTorchEngines, torchEngine } from '../engines/torchEngines.ts'
import { checkpoints, scratchFolder, VOCABULARY_SIZE, writeCheckpoint } from './checkpoints.ts'
import { COMBINED_LOSS, LOSSES, tokenSequences, trainSequences } from './gradientData.ts'
import { describeWithPython } from './python.ts'
import { readTensors } from './tensors.ts'
import type { Gradients } from './tensors.ts'

const TOLERANCE = 1e-4
const SAMPLE_MODELS = fileURLToPath(new URL('../../samples/models', import.meta.url))
/** As the recipe `grpo` makes it. */
const GRPO: Loss = {
  terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.2 }, { kind: 'klToReference', weight: 0.05, estimator: 'k3' }], normalisation: { kind: 'sequenceMean' }
}
const ALL_TERMS: Loss = { ...COMBINED_LOSS, terms: [...COMBINED_LOSS.terms, ...HEAD_TERMS] }
const ARCHITECTURES = ['LlamaForCausalLM', 'Qwen2ForCausalLM', 'Qwen3ForCausalLM'] as const

function assertSameScores(one: readonly SequenceLogprobs[], other: readonly SequenceLogprobs[], tolerance: number): void {
  assert.equal(one.length, other.length)
  one.forEach(({ logprobs_T, entropies_T }, i) => logprobs_T.forEach((logprob, t) => {
    assertNear(logprob, other[i]!.logprobs_T[t]!, tolerance, `sequence ${i}, token ${t}`)
    assertNear(entropies_T[t]!, other[i]!.entropies_T[t]!, tolerance, `entropy of sequence ${i}, token ${t}`)
  }))
}

/** Elements whose gradient is no rounding error; AdamW's first step moves all elements alike, whatever they are made of. */
function aboveNoise(values: Gradients, gradient: Gradients): Gradients {
  return Object.fromEntries(Object.entries(values).map(([name, own]) => {
    const root = Math.sqrt(gradient[name]!.reduce((sum, value) => sum + value * value, 0) / own.length)
    return [name, own.map((value, i) => (Math.abs(gradient[name]![i]!) > 1e-3 * root ? value : 0))]
  }))
}

const minus = (a: Gradients, b: Gradients): Gradients => Object.fromEntries(Object.entries(a).map(([name, values]) => [name, values.map((value, i) => value - b[name]![i]!)]))

describeWithPython('the embedded engine against the PyTorch engine', function () {
  this.timeout(120_000)
  const pathOf = scratchFolder()
  const onnx = createOnnxEngine({ threads: 1, microBatchTokens: 64 })
  let torch: Engine
  before(() => { torch = torchEngine() })
  after(async () => {
    await torch.close()
    await endTorchEngines()
    await onnx.close()
  })
  const both = <T>(work: (engine: Engine) => Promise<T>): Promise<[T, T]> => Promise.all([work(onnx), work(torch)])
  const weightsOf = async (engine: Engine, name: string): Promise<Gradients> => {
    await engine.save(pathOf(name), { optimizer: false, dtype: 'float32' })
    return readTensors(join(pathOf(name), 'model.safetensors'))
  }

  for (const name of readdirSync(SAMPLE_MODELS)) {
    it(`${name}: the same log-probabilities, completions and texts`, async () => {
      const [info, other] = await both((engine) => engine.loadModel({ kind: 'folder', folder: join(SAMPLE_MODELS, name) }))
      assert.deepEqual(other, info)
      const sequences: TokenSequence[] = tokenSequences(info.vocabularySize)
      const [ours, theirs] = await both((engine) => engine.logprobs(sequences))
      assertSameScores(theirs, ours, TOLERANCE)
      const texts = (await onnx.decode(sequences.map(({ completion }) => completion)))
      assert.deepEqual(await torch.decode(sequences.map(({ completion }) => completion)), texts)
      assert.deepEqual(await torch.encode(texts), await onnx.encode(texts))
      const prompts = sequences.map(({ prompt }, i) => ({ tokens: prompt, seeds: seedsFrom(10 * i, 3) }))
      const [one, two] = await both((engine) => engine.sample(prompts, { ...SAMPLING, temperature: 0.9, topP: 0.95, maxTokens: 24 }))
      const same = one.filter(({ tokens }, i) => tokens.join() === two[i]!.tokens.join())
      assert.ok(same.length >= 0.9 * one.length, `${same.length} of ${one.length} completions are the same`)
    })
  }

  for (const architecture of ARCHITECTURES) {
    it(`${architecture}: a new model of one seed is one model`, async () => {
      await both((engine) => engine.loadModel({ ...source, model: { ...source.model, architecture } }))
      const [ours, theirs] = [await weightsOf(onnx, 'ours'), await weightsOf(torch, 'theirs')]
      assert.deepEqual(Object.keys(theirs).sort(), Object.keys(ours).sort())
      assert.ok(difference(theirs, ours) < 1e-7)
      for (const verb of ['encode', 'decode'] as const) {
        const [mine, its] = await both<unknown>((engine) => (verb === 'encode' ? engine.encode([WORDS.slice(1).join(' ')]) : engine.decode([[1, 2, 0, 3]])))
        assert.deepEqual(its, mine)
      }
    })
  }

  for (const [name, checkpoint] of Object.entries(checkpoints)) {
    describe(name, () => {
      const folder = (): string => pathOf(name)
      before(async () => {
        await writeCheckpoint(folder(), checkpoint, 11)
        await load()
      })
      const load = (): Promise<unknown> => both((engine) => engine.loadModel({ kind: 'folder', folder: folder() }))

      it('has the same log-probabilities, and gradients of every loss', async () => {
        const [ours, theirs] = await both((engine) => engine.logprobs(tokenSequences(VOCABULARY_SIZE)))
        assertSameScores(theirs, ours, TOLERANCE)
        const data = trainSequences(VOCABULARY_SIZE, ours)
        for (const [title, loss] of Object.entries({ ...LOSSES, GRPO, 'every term': ALL_TERMS })) {
          const [one, other] = await both(async (engine) => {
            const result = await engine.forwardBackward(data, loss)
            const gradient = await engine.gradients()
            await engine.optimStep(sgd(0))
            return { result, gradient }
          })
          assertNear(other.result.loss, one.result.loss, TOLERANCE, title)
          assert.deepEqual([other.result.clippedLow, other.result.clippedHigh, other.result.tokens], [one.result.clippedLow, one.result.clippedHigh, one.result.tokens], title)
          assert.ok(difference(other.gradient, one.gradient) < TOLERANCE, `${title}: ${difference(other.gradient, one.gradient)}`)
        }
        await load()
      })

      for (const step of [sgd(0.1), { ...adamW(1e-3), weightDecay: 0.01, maxGradNorm: 1 }] satisfies OptimizerStep[]) {
        it(`moves by the same update in one step of GRPO under ${step.name}`, async () => {
          await load()
          const [ours] = await both((engine) => engine.logprobs(tokenSequences(VOCABULARY_SIZE)))
          const data = trainSequences(VOCABULARY_SIZE, ours)
          const before = await weightsOf(onnx, 'before')
          await both((engine) => engine.forwardBackward(data, GRPO))
          const gradient = await onnx.gradients()
          const [one, other] = await both((engine) => engine.optimStep(step))
          const moved = [minus(await weightsOf(onnx, 'ours'), before), minus(await weightsOf(torch, 'theirs'), before)] as const
          const [mine, its] = step.name === 'sgd' ? moved : moved.map((update) => aboveNoise(update, gradient)) as [Gradients, Gradients]
          assert.ok(difference(its, mine) < TOLERANCE, `update: ${difference(its, mine)}`)
          for (const key of ['gradNorm', 'updateNorm', 'parameterNorm'] as const) assert.ok(Math.abs(other[key] / one[key] - 1) < TOLERANCE, key)
        })
      }

      it('goes on from the checkpoint of the other engine, optimiser and reward head included', async () => {
        await load()
        const [ours] = await both((engine) => engine.logprobs(tokenSequences(VOCABULARY_SIZE)))
        const data = trainSequences(VOCABULARY_SIZE, ours)
        const train = async (engine: Engine, steps: number): Promise<void> => {
          for (let i = 0; i < steps; i++) {
            await engine.forwardBackward(data, ALL_TERMS)
            await engine.optimStep(adamW(1e-3))
          }
        }
        for (const [from, to] of [[onnx, torch], [torch, onnx]] as const) {
          await load()
          await train(from, 3)
          await from.save(pathOf('handed over'), { optimizer: true, dtype: 'float32' })
          await to.load(pathOf('handed over'), { optimizer: true })
          await train(from, 2)
          await train(to, 2)
          const [one, other] = await both((engine) => engine.logprobs(data))
          assertSameScores(other, one, TOLERANCE)
          const [heads, its] = await both((engine) => engine.headValues(data))
          heads.flat().forEach((value, i) => assertNear(its.flat()[i]!, value, TOLERANCE))
        }
      })
    })
  }
})
