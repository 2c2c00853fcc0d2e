import { availableParallelism } from 'node:os'
import { env } from 'onnxruntime-node'
import { LabError } from '../../errors.ts'
import { CallQueue } from '../callQueue.ts'
import { checkTokens } from '../callLimits.ts'
import { checkSampling } from '../checkSampling.ts'
import type { Capability, Engine, EngineInfo, ForwardBackwardResult, Loss, OptimizerStep, OptimizerStepResult, TrainSequence } from '../engine.ts'
import type { Message } from '../../protocol/problem.ts'
import { closeModel, modelInfo, openModel, reopenModel, saveModel } from './model/loadedModel.ts'
import type { LoadedModel } from './model/loadedModel.ts'
import { rewardHeadSlots } from './model/parameterLayout.ts'
import { readsHead } from './training/lossGraph.ts'

export interface OnnxEngineOptions {
  /** 0 = all cores. */
  readonly threads: number
  /** Tokens of one forward and backward pass, padding included. */
  readonly microBatchTokens: number
}

const CAPABILITIES: readonly Capability[] = [
  'sample', 'logprobs', 'entropy', 'policyGradient', 'crossEntropy', 'klToReference', 'entropyBonus', 'pairwise', 'rewardHead',
  'valueHead', 'snapshot', 'save'
]

function describe(threads: number): EngineInfo {
  return {
    name: 'onnx', deterministic: true, capabilities: CAPABILITIES, device: 'cpu', threads,
    versions: { onnxruntime: env.versions.node ?? env.versions.common, node: process.versions.node }
  }
}

const noModel = (): LabError => new LabError('engine', 'engine/no-model', 'No model is loaded', { remedy: 'Call loadModel first.' })

function noSnapshot(name: string): LabError {
  return new LabError('engine', 'engine/no-snapshot', `There is no snapshot ${JSON.stringify(name)}`, { place: name, remedy: 'Take it first; loading a model forgets snapshots.' })
}

function snapshotOf(model: LoadedModel, name: string): Float32Array {
  const found = model.snapshots.get(name)
  if (found === undefined) throw noSnapshot(name)
  return found
}

function renderChat(model: LoadedModel, conversations: readonly (readonly Message[])[]): string[] {
  const { chat } = model
  if (chat === undefined) {
    throw new LabError('model', 'model/no-chat-template', 'The model has no chat template', { remedy: 'Use plain prompts, or a model with chat_template.jinja.' })
  }
  return conversations.map((messages) => chat.render(messages))
}

function decode(model: LoadedModel, sequences: readonly (readonly number[])[]): string[] {
  sequences.forEach((tokens, i) => checkTokens(model.config, tokens, `tokens[${i}]`))
  return sequences.map((tokens) => model.tokenizer.decode(tokens))
}

/** The gradient is spent even where the step rejects, so that the next one begins clean. */
function optimStep(model: LoadedModel, step: OptimizerStep): OptimizerStepResult {
  try {
    return model.optimizer.step(model.parameters, model.gradient.values(), step)
  } finally {
    model.gradient.clear()
    model.sampler.weightsChanged()
  }
}

function restore(model: LoadedModel, name: string): void {
  model.parameters.set(snapshotOf(model, name))
  model.sampler.weightsChanged()
}

function requireRewardHead({ rewardHead, place }: LoadedModel): void {
  if (rewardHead.trained) return
  throw new LabError('engine', 'engine/no-reward-head', `${place} has no reward head`, { place, remedy: 'Train one on step labels (recipe "prm"), or load a model that has one.' })
}

async function forwardBackward(model: LoadedModel, data: readonly TrainSequence[], loss: Loss, signal: AbortSignal | undefined): Promise<ForwardBackwardResult> {
  const result = await model.pass.forwardBackward(model.parameters, model.gradient, data, loss, signal)
  if (loss.terms.some(readsHead)) model.rewardHead.trained = true
  return result
}

function gradients({ layout, gradient, rewardHead }: LoadedModel): Record<string, number[]> {
  const values = gradient.values()
  const slots = rewardHead.trained ? [...layout.slots, ...rewardHeadSlots(layout)] : layout.slots
  return Object.fromEntries(slots.map(({ name, offset, size }) => [name, Array.from(values.subarray(offset, offset + size))]))
}

/**
 * The embedded engine: onnxruntime on the CPU, in this process. A run of a session blocks the event loop, so it belongs in
 * a process of its own (main.ts).
 */
export function createOnnxEngine(options: OnnxEngineOptions): Engine {
  const threads = options.threads === 0 ? availableParallelism() : options.threads
  const passOptions = { threads, microBatchTokens: options.microBatchTokens }
  const queue = new CallQueue()
  let loaded: LoadedModel | undefined
  const withModel = <T>(work: (model: LoadedModel) => T | Promise<T>): Promise<T> =>
    queue.run(async () => {
      if (loaded === undefined) throw noModel()
      return work(loaded)
    })
  const unload = async (): Promise<void> => {
    const old = loaded
    loaded = undefined
    if (old !== undefined) await closeModel(old)
  }
  return {
    info: async () => describe(threads),
    loadModel: (source) =>
      queue.run(async () => {
        const next = await openModel(source, passOptions)
        await unload()
        loaded = next
        return modelInfo(next)
      }),
    load: (folder, { optimizer }) =>
      queue.run(async () => {
        loaded = await reopenModel(loaded, folder, optimizer, passOptions)
        return modelInfo(loaded)
      }),
    encode: (texts) => withModel((model) => texts.map((text) => model.tokenizer.encode(text))),
    decode: (tokens) => withModel((model) => decode(model, tokens)),
    renderChat: (conversations) => withModel((model) => renderChat(model, conversations)),
    sample: (prompts, parameters, events, signal) =>
      withModel((model) => {
        checkSampling(model.config, prompts, parameters)
        return model.sampler.sample(model.parameters, prompts, parameters, events ?? {}, signal)
      }),
    logprobs: (sequences, snapshot, signal) =>
      withModel((model) => model.pass.logprobs(snapshot === undefined ? model.parameters : snapshotOf(model, snapshot), sequences, signal)),
    headValues: (sequences, signal) =>
      withModel((model) => {
        requireRewardHead(model)
        return model.pass.headValues(model.parameters, sequences, signal)
      }),
    forwardBackward: (data, loss, signal) => withModel((model) => forwardBackward(model, data, loss, signal)),
    optimStep: (step) => withModel((model) => optimStep(model, step)),
    resetOptimizer: () => withModel((model) => model.optimizer.reset()),
    snapshot: (name) => withModel((model) => void model.snapshots.set(name, model.parameters.slice())),
    restore: (name) => withModel((model) => restore(model, name)),
    dropSnapshot: (name) => withModel((model) => void model.snapshots.delete(name)),
    save: (folder, saving) => withModel((model) => saveModel(model, folder, saving)),
    gradients: () => withModel(gradients),
    close: () => queue.run(unload)
  }
}
