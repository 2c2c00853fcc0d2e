import assert from 'node:assert/strict'
import type { Engine, Loss, OptimizerStep, OptimizerStepResult, TrainSequence } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { SafetensorsFile } from '../../trainer/engines/onnx/files/safetensors.ts'
import { scratchFolder } from './checkpoints.ts'
import { describeWithPython, reference } from './python.ts'

type Tensors = Record<string, number[]>

const STEPS = 8
const LOSS: Loss = { terms: [{ kind: 'crossEntropy', weight: 1 }, { kind: 'entropyBonus', weight: 0.1 }], normalisation: { kind: 'tokenMean' } }
const DATA: readonly TrainSequence[] = [{ prompt: [1, 2], completion: [3, 4, 5, 0] }, { prompt: [5], completion: [5, 4, 2] }]
const BASE: OptimizerStep = { name: 'adamw', learningRate: 0.02, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 }

const VARIANTS: Readonly<Record<string, OptimizerStep>> = {
  'AdamW': BASE,
  'AdamW with weight decay, its default betas and a large epsilon': { ...BASE, beta2: 0.999, epsilon: 1e-3, weightDecay: 0.1 },
  'AdamW, gradient clipped': { ...BASE, weightDecay: 0.01, maxGradNorm: 0.5 },
  'AdamW, clip out of reach': { ...BASE, maxGradNorm: 1e3 },
  'SGD': { ...BASE, name: 'sgd', learningRate: 2 },
  'SGD with weight decay, gradient clipped': { ...BASE, name: 'sgd', learningRate: 0.5, weightDecay: 0.05, maxGradNorm: 0.3 }
}

/** Warm-up, then decay. */
const scheduled = (step: OptimizerStep): OptimizerStep[] =>
  Array.from({ length: STEPS }, (_, i) => ({ ...step, learningRate: step.learningRate * (i < 2 ? (i + 1) / 2 : 1 - i / (2 * STEPS)) }))

const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]!)

async function parametersOf(engine: Engine, folder: string): Promise<Tensors> {
  await engine.save(folder, { optimizer: false, dtype: 'float32' })
  const file = await SafetensorsFile.open(`${folder}/model.safetensors`)
  const tensors: Tensors = {}
  for (const entry of file.header.tensors.values()) {
    const values = new Float32Array(entry.shape.reduce((a, b) => a * b, 1))
    await file.read(entry, values)
    tensors[entry.name] = Array.from(values)
  }
  await file.close()
  return tensors
}

describeWithPython('optimiser against torch.optim in float64', function () {
  this.timeout(60_000)
  const pathOf = scratchFolder()
  const engine = createOnnxEngine({ threads: 1, microBatchTokens: 1024 })
  after(() => engine.close())

  for (const [name, step] of Object.entries(VARIANTS)) {
    it(`${name}: parameters after ${STEPS} steps, norms of each`, async () => {
      await engine.loadModel({
        kind: 'new', vocabulary: ['<eos>', 'a', 'b', 'c', 'd', 'e'], seed: 3,
        model: {
          architecture: 'Qwen2ForCausalLM', hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1, headSize: 8, intermediateSize: 24, contextLength: 16,
          ropeTheta: 10000, tiedHead: false
        }
      })
      const before = await parametersOf(engine, pathOf(name))
      const steps = scheduled(step)
      const gradients: Tensors[] = []
      const results: OptimizerStepResult[] = []
      for (const each of steps) {
        await engine.forwardBackward(DATA, LOSS)
        gradients.push(await engine.gradients())
        results.push(await engine.optimStep(each))
      }
      const after = await parametersOf(engine, pathOf(name))
      const theirs = await reference<{ parameters: Tensors; norms: number[] }>('optimiser', { parameters: before, gradients, steps })
      for (const [tensor, values] of Object.entries(theirs.parameters)) {
        const error = norm(minus(after[tensor]!, values))
        assert.ok(error <= 1e-6 * norm(values), `${tensor}: ${error / norm(values)}`)
      }
      const [moved, size] = [norm(Object.keys(before).map((tensor) => norm(minus(after[tensor]!, before[tensor]!)))), norm(Object.values(before).map(norm))]
      assert.ok(moved > 0.01 * size, `moved by ${moved / size} of the parameters`)
      results.forEach(({ gradNorm }, i) => assert.ok(Math.abs(gradNorm / theirs.norms[i]! - 1) < 1e-6))
      if (name.includes('clipped')) assert.ok(theirs.norms.some((value) => value > step.maxGradNorm))
    })
  }
})
