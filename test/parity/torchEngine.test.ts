import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Engine, ForwardBackwardResult, Loss, OptimizerStep, SamplingParameters, TrainSequence } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { startTorchEngine } from '../../trainer/engines/torch/startTorchEngine.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { describeWithTorch } from '../engines/torchEngines.ts'
import { scratchFolder } from './checkpoints.ts'
import { readTensors } from './tensors.ts'
import type { Gradients } from './tensors.ts'

/** The bar of every comparison. */
const TOLERANCE = 1e-4
/**
 * AdamW divides a gradient by its own size: an element's first update is the learning rate times its gradient's sign, whatever its size. In single
 * precision an element is a sum over all tokens of terms about as large as the tensor's largest element, so that its rounding is up to about
 * 1e-6 of that one. Below 1e-4 of the largest element the first update may be anything; above it, its sign is certain.
 */
const NOISE_FLOOR = 1e-4
/** Fewer elements above the floor would compare nothing. */
const LEAST_SHARE = 0.9

const models = fileURLToPath(new URL('../../samples/models/', import.meta.url))
const titles = readdirSync(models).sort()
/** Gradients and updates are compared on the first and the last of them: half a million numbers each travel as text. */
const [FIRST, LAST] = [titles[0], titles.at(-1)]

const SAMPLING: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 24, stop: [] }
const GRPO: Loss = {
  terms: [
    { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.28 }, { kind: 'klToReference', weight: 0.05, estimator: 'k3' },
    { kind: 'entropyBonus', weight: 0.01 }
  ],
  normalisation: { kind: 'tokenMean' }
}
const ADAMW: OptimizerStep = { name: 'adamw', learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }
const SGD: OptimizerStep = { ...ADAMW, name: 'sgd', learningRate: 1, weightDecay: 0 }

const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]!)

/** Rollouts of a group of four for each of six prompts, as a step of GRPO scores them; a reference that is a little off. */
async function rollouts(engine: Engine, vocabularySize: number): Promise<TrainSequence[]> {
  const random = randomStream('parity rollouts')
  const prompts = Array.from({ length: 6 }, (_, p) => ({
    tokens: Array.from({ length: 3 + p }, () => 1 + random.integer(vocabularySize - 1)), seeds: [1, 2, 3, 4].map((seed) => 10 * p + seed)
  }))
  return (await engine.sample(prompts, SAMPLING)).map(({ promptIndex, sampleIndex, tokens, logprobs_T }) => ({
    prompt: prompts[promptIndex]!.tokens, completion: tokens, behaviourLogprobs_T: logprobs_T.map((logprob) => logprob + 0.15 * random.normal()),
    advantages_T: tokens.map(() => [1.2, -0.4, 0.3, -1.1][sampleIndex]!), referenceLogprobs_T: logprobs_T.map((logprob) => logprob + 0.3 * random.normal())
  }))
}

/** Tensor by tensor: relative to the norm of theirs, over the elements that count. */
function assertNear(ours: Gradients, theirs: Gradients, counts: (tensor: string, i: number) => boolean = () => true): void {
  assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort())
  for (const [tensor, values] of Object.entries(theirs)) {
    const kept = (all: readonly number[]): number[] => all.filter((_, i) => counts(tensor, i))
    const error = norm(minus(kept(ours[tensor]!), kept(values))) / norm(kept(values))
    assert.ok(error <= TOLERANCE, `${tensor}: ${error}`)
  }
}

interface Step {
  readonly update: Gradients
  readonly gradients: Gradients
  /** Of the gradient, the update and the parameters. */
  readonly norms: readonly number[]
}

/** Which elements of a gradient stand above the noise. */
function aboveFloor(gradients: Gradients): (tensor: string, i: number) => boolean {
  const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const floors = new Map(Object.entries(gradients).map(([tensor, values]) => [tensor, NOISE_FLOOR * largest(values)]))
  const counts = (tensor: string, i: number): boolean => Math.abs(gradients[tensor]![i]!) > floors.get(tensor)!
  const flat = Object.entries(gradients).flatMap(([tensor, values]) => values.map((_, i) => counts(tensor, i)))
  const share = flat.filter(Boolean).length / flat.length
  assert.ok(share > LEAST_SHARE, `only ${share} of the gradient is above the floor`)
  return counts
}

describeWithTorch('the PyTorch engine against the embedded one', function () {
  this.timeout(120_000)
  const pathOf = scratchFolder()
  const onnx = createOnnxEngine({ threads: 1, microBatchTokens: 256 })
  let torch: Engine
  before(async function () {
    this.timeout(180_000)
    torch = await startTorchEngine({ python: process.env['ROLLOUT_LAB_PYTHON']!, threads: 1, microBatchTokens: 256, options: { device: 'cpu' } })
  })
  after(() => Promise.all([onnx.close(), torch.close()]))

  const load = async (folder: string, optimizer = false): Promise<void> => {
    for (const engine of [onnx, torch]) await engine.load(folder, { optimizer })
  }
  const weightsOf = async (engine: Engine, name: string): Promise<Gradients> => {
    await engine.save(pathOf(name), { optimizer: false, dtype: 'float32' })
    return readTensors(`${pathOf(name)}/model.safetensors`)
  }
  /** What one step changes, and the gradient that it went along. */
  const stepOf = async (engine: Engine, data: readonly TrainSequence[], step: OptimizerStep): Promise<Step> => {
    const before = await weightsOf(engine, 'before')
    await engine.forwardBackward(data, GRPO)
    const gradients = await engine.gradients()
    const { gradNorm, updateNorm, parameterNorm } = await engine.optimStep(step)
    const after = await weightsOf(engine, 'after')
    const update = Object.fromEntries(Object.entries(after).map(([tensor, values]) => [tensor, minus(values, before[tensor]!)]))
    return { update, gradients, norms: [gradNorm, updateNorm, parameterNorm] }
  }

  for (const title of titles) {
    describe(title, () => {
      const folder = `${models}${title}`
      let data: TrainSequence[] = []
      before(async () => {
        const { vocabularySize } = await onnx.loadModel({ kind: 'folder', folder })
        assert.deepEqual(await torch.loadModel({ kind: 'folder', folder }), await onnx.loadModel({ kind: 'folder', folder }))
        data = await rollouts(onnx, vocabularySize)
      })

      it('says the same of the same tokens', async () => {
        const [ours, theirs] = [await torch.logprobs(data), await onnx.logprobs(data)]
        for (const part of ['logprobs_T', 'entropies_T'] as const) {
          const [a, b] = [ours, theirs].map((all) => all.flatMap((each) => each[part])) as [number[], number[]]
          assert.ok(b.length > 100 && norm(b) > 1)
          assert.ok(Math.max(...minus(a, b).map(Math.abs)) < TOLERANCE)
        }
      })

      if (title !== FIRST && title !== LAST) return

      it('has the same gradients', async () => {
        await load(folder)
        const [ours, theirs] = [await torch.forwardBackward(data, GRPO), await onnx.forwardBackward(data, GRPO)]
        assert.ok(theirs.clippedLow > 0 && theirs.clippedHigh > 0)
        const numbers = ({ loss, termValues, meanRatio, maxRatio }: ForwardBackwardResult): number[] => [loss, ...termValues, meanRatio, maxRatio]
        assert.ok(Math.max(...minus(numbers(ours), numbers(theirs)).map(Math.abs)) < TOLERANCE)
        assert.deepEqual([ours.clippedLow, ours.clippedHigh, ours.tokens], [theirs.clippedLow, theirs.clippedHigh, theirs.tokens])
        assertNear(await torch.gradients(), await onnx.gradients())
      })

      it('makes the same step of GRPO by SGD', async () => {
        await load(folder)
        const [ours, theirs] = [await stepOf(torch, data, SGD), await stepOf(onnx, data, SGD)]
        assertNear(ours.update, theirs.update)
        assertNear({ norms: ours.norms }, { norms: theirs.norms })
      })

      it('makes the same steps of GRPO by AdamW, the second from the other engine’s checkpoint', async () => {
        await load(folder)
        for (const first of [true, false]) {
          const [ours, theirs] = [await stepOf(torch, data, ADAMW), await stepOf(onnx, data, ADAMW)]
          assertNear(ours.update, theirs.update, aboveFloor(theirs.gradients))
          assertNear({ norms: ours.norms }, { norms: theirs.norms })
          const author = first ? torch : onnx
          await author.save(pathOf('checkpoint'), { optimizer: true, dtype: 'float32' })
          await load(pathOf('checkpoint'), true)
        }
      })
    })
  }
})
