import { parameterLayout, rewardHeadSlots } from '../model/parameterLayout.ts'
import { randomStream } from '../../../random/random.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { ReferenceWeights } from './referenceModel.ts'

const shared: ModelConfig = {
  architecture: 'LlamaForCausalLM', vocabularySize: 11, hiddenSize: 8, intermediateSize: 12, layers: 2, heads: 4, keyValueHeads: 2, headSize: 4,
  contextLength: 32, ropeTheta: 100, normEpsilon: 1e-5, tiedHead: true, attentionBias: false, headNorm: false, endOfTextTokens: [0]
}

/** One model per architecture, between them with tied and untied heads, one and two query heads a key head. */
export const tinyModels: Readonly<Record<string, ModelConfig>> = {
  'Llama, tied head': shared,
  'Llama, untied head, no groups': { ...shared, tiedHead: false, keyValueHeads: 4, ropeTheta: 10000 },
  'Qwen2, biases': { ...shared, architecture: 'Qwen2ForCausalLM', attentionBias: true, keyValueHeads: 1 },
  'Qwen3, head norms, wide heads': { ...shared, architecture: 'Qwen3ForCausalLM', headNorm: true, headSize: 6, normEpsilon: 1e-6 }
}

export interface TinyModel {
  readonly config: ModelConfig
  readonly layout: ParameterLayout
  readonly parameters: Float32Array
}

export function tinyModel(config: ModelConfig, seed = 1): TinyModel {
  const layout = parameterLayout(config)
  const parameters = new Float32Array(layout.total)
  const random = randomStream('tinyModel', seed)
  for (const { name, offset, size } of [...layout.slots, ...rewardHeadSlots(layout)]) {
    for (let i = 0; i < size; i++) parameters[offset + i] = (name.endsWith('norm.weight') ? 1 : 0) + 0.3 * random.normal()
  }
  return { config, layout, parameters }
}

/** The same numbers as the reference model reads them. */
export const referenceWeights = ({ layout, parameters }: TinyModel): ReferenceWeights =>
  new Map([...layout.slots, ...rewardHeadSlots(layout)].map(({ name, offset, size }) => [name, Float64Array.from(parameters.subarray(offset, offset + size))]))
