import { LabError } from '../../../errors.ts'
import type { ModelConfig } from '../model/modelConfig.ts'

/** The content of a config.json, as parsed. */
export type HfConfig = Readonly<Record<string, unknown>>

const FILE = 'config.json'
const ARCHITECTURES = ['LlamaForCausalLM', 'Qwen2ForCausalLM', 'Qwen3ForCausalLM'] as const
type Architecture = (typeof ARCHITECTURES)[number]

/** What transformers saves a model with a reward head as (TRL's PRMTrainer); the language model below is the same. */
const classifierOf = (name: Architecture): string => name.replace('ForCausalLM', 'ForTokenClassification')
const isClassifier = (config: HfConfig): boolean => Array.isArray(config['architectures']) && ARCHITECTURES.some((name) => classifierOf(name) === (config['architectures'] as unknown[])[0])

const MODEL_TYPES: Readonly<Record<Architecture, string>> = { LlamaForCausalLM: 'llama', Qwen2ForCausalLM: 'qwen2', Qwen3ForCausalLM: 'qwen3' }
/** Larger sizes are typing errors or attacks: no machine that runs this engine holds such a model. */
const MAX_SIZE = 2 ** 24
const MAX_LAYERS = 1000

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 100) ?? 'undefined'

function unsupported(file: string, field: string, value: unknown, supported: string): LabError {
  return new LabError('model', 'model/unsupported', `${file}: ${field} is ${shown(value)}; this engine runs ${supported}`, {
    place: `${file}, ${field}`,
    remedy: 'Choose a model with a supported value, or an engine that runs this one (engine "torch").'
  })
}

function size(config: HfConfig, field: string, fallback?: number): number {
  const value = config[field] ?? fallback
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_SIZE) {
    throw new LabError('model', 'model/bad-config', `${FILE}: ${field} is ${shown(config[field])}, not a whole number from 1 to ${MAX_SIZE}`, {
      place: `${FILE}, ${field}`, remedy: 'Correct the field or download the model again.'
    })
  }
  return value
}

function positive(field: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  throw new LabError('model', 'model/bad-config', `${FILE}: ${field} is ${shown(value)}, not a positive number`, {
    place: `${FILE}, ${field}`, remedy: 'Correct the field or download the model again.'
  })
}

function architectureOf(config: HfConfig): Architecture {
  const named: unknown = Array.isArray(config['architectures']) ? config['architectures'][0] : undefined
  const found = ARCHITECTURES.find((name) => name === named || named === classifierOf(name))
  if (found === undefined) throw unsupported(FILE, 'architectures', config['architectures'], ARCHITECTURES.join(', '))
  return found
}

/** transformers 5 writes `rope_parameters`, older versions `rope_theta` and `rope_scaling`. */
function ropeTheta(config: HfConfig): number {
  const field = config['rope_parameters'] === undefined || config['rope_parameters'] === null ? 'rope_scaling' : 'rope_parameters'
  const rope = config[field]
  if (rope === undefined || rope === null) return positive('rope_theta', config['rope_theta'] ?? 10000)
  const { rope_type: type, type: oldType, rope_theta: theta } = rope as Record<string, unknown>
  const kind = type ?? oldType ?? 'default'
  if (kind !== 'default') throw unsupported(FILE, `${field}.rope_type`, kind, 'rotary positions without scaling ("default")')
  return positive('rope_theta', theta ?? config['rope_theta'] ?? 10000)
}

function refuseSlidingWindow(config: HfConfig, contextLength: number): void {
  const types = config['layer_types']
  const other: unknown = Array.isArray(types) ? types.find((type) => type !== 'full_attention') : undefined
  if (other !== undefined) throw unsupported(FILE, 'layer_types', other, 'full attention in every layer')
  const window = config['sliding_window']
  if (config['use_sliding_window'] === true && typeof window === 'number' && window < contextLength) {
    throw unsupported(FILE, 'use_sliding_window', true, `full attention (here sliding_window ${window} is shorter than the context)`)
  }
}

function refuseUnsupported(config: HfConfig, architecture: Architecture, contextLength: number): void {
  const activation = config['hidden_act'] ?? 'silu'
  if (activation !== 'silu') throw unsupported(FILE, 'hidden_act', activation, 'silu')
  if (config['mlp_bias'] === true) throw unsupported(FILE, 'mlp_bias', true, 'feed-forward layers without bias')
  if (config['attention_bias'] === true && architecture !== 'Qwen2ForCausalLM') {
    throw unsupported(FILE, 'attention_bias', true, 'attention without bias, but for Qwen2ForCausalLM')
  }
  if (config['quantization_config'] !== undefined && config['quantization_config'] !== null) {
    throw unsupported(FILE, 'quantization_config', config['quantization_config'], 'weights that are not quantised')
  }
  refuseSlidingWindow(config, contextLength)
}

function headSizes(config: HfConfig, architecture: Architecture): Pick<ModelConfig, 'hiddenSize' | 'heads' | 'keyValueHeads' | 'headSize'> {
  const hiddenSize = size(config, 'hidden_size')
  const heads = size(config, 'num_attention_heads')
  const keyValueHeads = size(config, 'num_key_value_heads', heads)
  if (heads % keyValueHeads !== 0) throw unsupported(FILE, 'num_key_value_heads', keyValueHeads, `divisors of num_attention_heads (${heads})`)
  // transformers' Qwen3Config has a default of its own; the others divide.
  const headSize = size(config, 'head_dim', architecture === 'Qwen3ForCausalLM' ? 128 : Math.floor(hiddenSize / heads))
  if (headSize % 2 !== 0) throw unsupported(FILE, 'head_dim', headSize, 'even head sizes (rotary positions pair them)')
  return { hiddenSize, heads, keyValueHeads, headSize }
}

function layerCount(config: HfConfig): number {
  const layers = size(config, 'num_hidden_layers')
  if (layers > MAX_LAYERS) throw unsupported(FILE, 'num_hidden_layers', layers, `at most ${MAX_LAYERS} layers`)
  return layers
}

const tokenIds = (value: unknown): number[] => (Array.isArray(value) ? value : [value]).filter((id): id is number => Number.isInteger(id))

/** generation_config.json wins over config.json, as in transformers. */
function endOfTextTokens(config: HfConfig, generation: HfConfig | undefined, vocabularySize: number): number[] {
  const ids = [...new Set(tokenIds(generation?.['eos_token_id'] ?? config['eos_token_id']))]
  const outside = ids.find((id) => id < 0 || id >= vocabularySize)
  if (outside !== undefined) throw unsupported(generation === undefined ? FILE : 'generation_config.json', 'eos_token_id', outside, `ids below vocab_size (${vocabularySize})`)
  return ids
}

/**
 * The shape of a model from its config.json and generation_config.json (undefined = the folder has none). Rejects what the
 * graphs cannot compute exactly, naming file, field and value (`model/unsupported`, `model/bad-config`).
 */
export function modelConfigOf(config: HfConfig, generation: HfConfig | undefined): ModelConfig {
  const architecture = architectureOf(config)
  const contextLength = size(config, 'max_position_embeddings', 2048)
  refuseUnsupported(config, architecture, contextLength)
  const vocabularySize = size(config, 'vocab_size')
  return {
    architecture,
    vocabularySize,
    ...headSizes(config, architecture),
    intermediateSize: size(config, 'intermediate_size'),
    layers: layerCount(config),
    contextLength,
    ropeTheta: ropeTheta(config),
    normEpsilon: positive('rms_norm_eps', config['rms_norm_eps'] ?? 1e-6),
    // A classifier has no head of words: the embedding stands in, so that a model without words still loads.
    tiedHead: config['tie_word_embeddings'] === true || isClassifier(config),
    attentionBias: architecture === 'Qwen2ForCausalLM',
    headNorm: architecture === 'Qwen3ForCausalLM',
    endOfTextTokens: endOfTextTokens(config, generation, vocabularySize)
  }
}

/** A config.json that transformers, old and new, reads as this model. */
export function hfConfigOf(config: ModelConfig): HfConfig {
  const [endOfText] = config.endOfTextTokens
  return {
    architectures: [config.architecture],
    model_type: MODEL_TYPES[config.architecture],
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: config.headSize,
    max_position_embeddings: config.contextLength,
    rope_theta: config.ropeTheta,
    rope_parameters: { rope_type: 'default', rope_theta: config.ropeTheta },
    rms_norm_eps: config.normEpsilon,
    hidden_act: 'silu',
    attention_bias: config.attentionBias,
    attention_dropout: 0,
    tie_word_embeddings: config.tiedHead,
    ...(config.architecture === 'LlamaForCausalLM' ? { mlp_bias: false } : { use_sliding_window: false }),
    bos_token_id: null,
    eos_token_id: config.endOfTextTokens.length > 1 ? [...config.endOfTextTokens] : (endOfText ?? null),
    pad_token_id: null
  }
}
