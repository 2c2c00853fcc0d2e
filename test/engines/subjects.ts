import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Capability, Engine, ModelSource, OptimizerStep, TokenSequence } from '../../trainer/engines/engine.ts'
import { createFakeEngine } from '../../trainer/engines/fake/fakeEngine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { endTorchEngines, torchEngine, warmUp, withoutPython } from './torchEngines.ts'

/** An engine under test. The contract leaves no other difference between engines than what they lack. */
export interface Subject {
  readonly name: string
  start(): Engine
  /** Of the capabilities that the contract suite tests. */
  readonly lacks: readonly Capability[]
  /** A rate at which a few AdamW steps make its model clearly prefer some words. */
  readonly learningRate: number
  /** Of its numbers: gradients and losses are compared in this unit. */
  readonly precision: number
  /** Why it cannot be tested here. */
  readonly missing?: string | undefined
  /** Before the first test, and after the last one. */
  prepare?(): Promise<void>
  release?(): Promise<void>
}

export const subjects: readonly Subject[] = [
  { name: 'fake', start: () => createFakeEngine(), lacks: [], learningRate: 0.15, precision: 1e-12 },
  // Few enough tokens that every batch of the suite is cut into micro-batches.
  { name: 'onnx', start: () => createOnnxEngine({ threads: 1, microBatchTokens: 24 }), lacks: [], learningRate: 0.015, precision: 1e-6 },
  { name: 'torch', start: torchEngine, lacks: [], learningRate: 0.015, precision: 1e-6, missing: withoutPython, prepare: warmUp, release: endTorchEngines }
]

export const TESTED: readonly Capability[] = [
  'sample', 'logprobs', 'entropy', 'policyGradient', 'crossEntropy', 'klToReference', 'entropyBonus', 'pairwise', 'rewardHead', 'valueHead',
  'snapshot', 'save'
]

export const WORDS = ['<eos>', 'a', 'b', 'c', 'd', 'e', 'f']
export const CONTEXT = 96

export const source = {
  kind: 'new', vocabulary: WORDS, seed: 5,
  model: {
    architecture: 'Qwen3ForCausalLM', hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1, headSize: 8, intermediateSize: 24, contextLength: CONTEXT,
    ropeTheta: 10000, tiedHead: true
  }
} as const satisfies ModelSource

export const adamW = (learningRate: number): OptimizerStep => ({ name: 'adamw', learningRate, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 })
export const sgd = (learningRate: number): OptimizerStep => ({ ...adamW(learningRate), name: 'sgd' })

const LESSONS: readonly TokenSequence[] = [
  { prompt: [1, 2], completion: [3, 4, 3, 5, 4, 3, 1] }, { prompt: [3], completion: [3, 2, 2, 6, 0] }, { prompt: [5, 1, 4], completion: [6, 5, 3, 3] }
]

/** Folder of each subject's taught model: teaching takes longer than most tests. */
const taught = new Map<string, string>()

/** Loads the suite's model, taught a little, so that no distribution is even. */
export async function loadTaught(engine: Engine, subject: Subject): Promise<void> {
  const known = taught.get(subject.name)
  if (known !== undefined) {
    await engine.load(known, { optimizer: false })
    return
  }
  await teach(engine, subject)
  const folder = mkdtempSync(join(tmpdir(), 'engine-contract-taught-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await engine.save(folder, { optimizer: false, dtype: 'float32' })
  taught.set(subject.name, folder)
}

async function teach(engine: Engine, { learningRate }: Subject): Promise<void> {
  await engine.loadModel(source)
  for (let i = 0; i < 8; i++) {
    await engine.forwardBackward(LESSONS, { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } })
    await engine.optimStep(adamW(learningRate))
  }
  await engine.resetOptimizer()
}

/** Forgets the accumulated gradient and changes nothing else. */
export async function dropGradient(engine: Engine): Promise<void> {
  await engine.optimStep(sgd(0))
}

/** Log-probability of every word after each beginning of a completion. */
export async function distributionsAfter(engine: Engine, prompt: readonly number[], beginnings: readonly (readonly number[])[]): Promise<number[][]> {
  const asked = beginnings.flatMap((made) => WORDS.map((_, word) => ({ prompt, completion: [...made, word] })))
  const scores = (await engine.logprobs(asked)).map(({ logprobs_T }) => logprobs_T.at(-1)!)
  return beginnings.map((_, i) => scores.slice(i * WORDS.length, (i + 1) * WORDS.length))
}

export const assertNear = (actual: number, expected: number, tolerance: number, what = ''): void => {
  if (!(Math.abs(actual - expected) <= tolerance)) throw new Error(`${what} ${actual} is not ${expected} to ${tolerance}`)
}

/** Makes the end of a text very unlikely. */
export async function unteachEnding(engine: Engine, { learningRate }: Subject): Promise<void> {
  const data = WORDS.slice(1).flatMap((_, word) => [1, 4, 7, 12].map((length) => {
    const completion = [...Array.from({ length }, (__, t) => 1 + ((word + t * t) % 6)), 0]
    return { prompt: [word + 1], completion, advantages_T: completion.map((token) => (token === 0 ? -1 : 0)) }
  }))
  for (let i = 0; i < 25; i++) {
    await engine.forwardBackward(data, { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'none' }], normalisation: { kind: 'sequenceMean' } })
    await engine.optimStep(adamW(learningRate))
  }
}

/** Engines that a suite has started, closed after each test. */
export function starter(subject: Subject): () => Promise<Engine> {
  const open: Engine[] = []
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close()
  })
  return async () => {
    const engine = subject.start()
    open.push(engine)
    await loadTaught(engine, subject)
    return engine
  }
}
