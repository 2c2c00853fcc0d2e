import { totalmem } from 'node:os'
import { LabError } from '../../../errors.ts'
import type { ModelInfo, ModelSource } from '../../engine.ts'
import type { ChatTemplate } from '../text/chatTemplate.ts'
import { GradientVector } from '../training/gradientVector.ts'
import { chatTemplateOf, newDescription, readDescription, sameTokenizer, tokenizerOf, withPrelude, writeDescription } from '../files/hfFolder.ts'
import type { ModelDescription } from '../files/hfFolder.ts'
import type { ModelConfig } from './modelConfig.ts'
import { initialParameters, modelVocabulary, newModelConfig } from './newModel.ts'
import { Optimizer } from '../training/optimizer.ts'
import { readOptimizerState, removeOptimizerState, writeOptimizerState } from '../files/optimizerFile.ts'
import { parameterLayout, rewardHeadSlots } from './parameterLayout.ts'
import type { ParameterLayout } from './parameterLayout.ts'
import { completionSampler } from '../decoding/completionSampler.ts'
import type { CompletionSampler } from '../decoding/decodeLanes.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { TrainingPass } from '../training/trainingPass.ts'
import type { TrainingPassOptions } from '../training/trainingPass.ts'
import { readWeights, writeWeights } from '../files/weightFiles.ts'

/** What a folder or a recipe for a new model holds, before anything can compute with it. */
interface ModelContent {
  /** Folder, for errors. */
  readonly place: string
  readonly description: ModelDescription
  readonly tokenizer: Tokenizer
  readonly chat: ChatTemplate | undefined
  readonly layout: ParameterLayout
  readonly parameters: Float32Array
  /** Whether the head was ever trained: what is saved with the model, and asked for by `headValues`. */
  readonly rewardHead: { trained: boolean }
}

/** A model with all that sampling and training keep of it. */
export interface LoadedModel extends ModelContent {
  readonly config: ModelConfig
  readonly pass: TrainingPass
  readonly sampler: CompletionSampler
  readonly gradient: GradientVector
  readonly optimizer: Optimizer
  readonly snapshots: Map<string, Float32Array>
}

/** Weights, gradient and two moments. */
const VECTORS = 4

/** A config.json or run file can ask for more than any machine has; that is said before trying. */
function layoutOf(place: string, config: ModelConfig): ParameterLayout {
  const layout = parameterLayout(config)
  const bytes = layout.total * Float32Array.BYTES_PER_ELEMENT * VECTORS
  if (bytes < totalmem()) return layout
  const [needed, there] = [bytes, totalmem()].map((count) => (count / 2 ** 30).toFixed(1))
  throw new LabError('model', 'model/too-large', `${place}: training ${layout.parameters} parameters takes ${needed} GiB, this machine has ${there}`, {
    place, remedy: 'Take a smaller model.'
  })
}

type Weights = Pick<ModelContent, 'parameters' | 'rewardHead'>

const contentOf = (place: string, description: ModelDescription, layout: ParameterLayout, weights: Weights): ModelContent => ({
  place, description, layout, ...weights, tokenizer: tokenizerOf(place, description), chat: chatTemplateOf(place, description)
})

async function readFolder(folder: string, chatTemplatePrelude = ''): Promise<ModelContent> {
  const description = withPrelude(folder, await readDescription(folder), chatTemplatePrelude)
  const layout = layoutOf(folder, description.config)
  const { values, hasHead } = await readWeights(folder, layout)
  return contentOf(folder, description, layout, { parameters: values, rewardHead: { trained: hasHead } })
}

function makeNew({ model, vocabulary: words, seed }: Extract<ModelSource, { kind: 'new' }>): ModelContent {
  const vocabulary = modelVocabulary(words)
  const config = newModelConfig(model, vocabulary.length)
  const layout = layoutOf('the new model', config)
  return contentOf('the new model', newDescription(config, vocabulary), layout, { parameters: initialParameters(layout, config.layers, seed), rewardHead: { trained: false } })
}

function assemble(content: ModelContent, options: TrainingPassOptions): LoadedModel {
  const { layout, description: { config } } = content
  return {
    ...content,
    config,
    pass: new TrainingPass(config, layout, options),
    sampler: completionSampler(content, options.threads),
    gradient: new GradientVector(layout),
    optimizer: new Optimizer(layout),
    snapshots: new Map()
  }
}

export async function openModel(source: ModelSource, options: TrainingPassOptions): Promise<LoadedModel> {
  return assemble(source.kind === 'folder' ? await readFolder(source.folder, source.chatTemplatePrelude) : makeNew(source), options)
}

/**
 * The model of a folder in the place of another one. Where shape and tokenizer are the same, sessions and snapshots are kept.
 * `before` stays whole if the folder cannot be read.
 */
export async function reopenModel(before: LoadedModel | undefined, folder: string, optimizer: boolean, options: TrainingPassOptions): Promise<LoadedModel> {
  const content = await readFolder(folder)
  const state = optimizer ? await readOptimizerState(folder, content.layout) : undefined
  const alike = before !== undefined && JSON.stringify(before.config) === JSON.stringify(content.description.config) && sameTokenizer(before.description, content.description)
  if (before !== undefined && !alike) await closeModel(before)
  const model = alike ? { ...before, ...content } : assemble(content, options)
  model.gradient.clear()
  model.optimizer.reset(state)
  return model
}

export async function saveModel(model: LoadedModel, folder: string, options: { optimizer: boolean; dtype: 'float32' | 'bfloat16' }): Promise<void> {
  const withHead = model.rewardHead.trained
  await writeDescription(folder, model.description, options.dtype, withHead)
  await writeWeights(folder, model.layout, model.parameters, { dtype: options.dtype === 'float32' ? 'F32' : 'BF16', withHead })
  const { state } = model.optimizer
  if (options.optimizer && state !== undefined) await writeOptimizerState(folder, model.layout, state, withHead)
  else await removeOptimizerState(folder)
}

export async function closeModel(model: LoadedModel): Promise<void> {
  await model.pass.close()
  await model.sampler.close()
}

export function modelInfo({ config, layout, chat, rewardHead, tokenizer }: LoadedModel): ModelInfo {
  return {
    architecture: config.architecture,
    parameters: layout.parameters + (rewardHead.trained ? rewardHeadSlots(layout).reduce((sum, { size }) => sum + size, 0) : 0),
    vocabularySize: config.vocabularySize,
    contextLength: config.contextLength,
    beginOfTextTokens: tokenizer.beginOfTextTokens,
    endOfTextTokens: config.endOfTextTokens,
    hasChatTemplate: chat !== undefined
  }
}
