import type { ModelConfig } from './modelConfig.ts'

/** One tensor of the model: its Hugging Face name, shape, and place in the flat parameter vector (in floats). */
export interface ParameterSlot {
  readonly name: string
  readonly shape: readonly number[]
  readonly offset: number
  readonly size: number
}

/**
 * Neighbouring tensors that one matrix product reads as one: the query, key and value projections ([(H + 2·Hkv)·hd, d]).
 * Hugging Face stores them apart, row-major [out, in], so stacking them in the flat vector makes the fused matrix a view.
 * Gate and up projections stay apart: two products cost less than the Split and Concat that one would need in training.
 */
export interface FusedSlot extends ParameterSlot {
  readonly members: readonly string[]
}

/** Where every parameter lies in one flat Float32Array; gradients and moments use the same offsets. */
export interface ParameterLayout {
  /** Of the language model. */
  readonly slots: readonly ParameterSlot[]
  /** What the graphs take as inputs: fused where neighbours are fused, in the order of the flat vector. */
  readonly graphInputs: readonly (ParameterSlot | FusedSlot)[]
  /** The step reward head: weight [1, d] and bias [1], zeros until it is trained. Every layout has room for it. */
  readonly rewardHead: { readonly weight: ParameterSlot; readonly bias: ParameterSlot }
  /** Floats in all, alignment padding included. */
  readonly total: number
  /** Trainable parameters of the language model, padding left out. */
  readonly parameters: number
}

const ALIGNMENT = 16
const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Names of layer `l`'s graph inputs, as the graph builders look them up. */
export const layerInput = (l: number, part: 'qkv' | 'qkvBias' | 'output' | 'queryNorm' | 'keyNorm' | 'gate' | 'up' | 'down' | 'attentionNorm' | 'mlpNorm'): string => `layer${l}.${part}`
export const EMBEDDING = 'model.embed_tokens.weight'
export const FINAL_NORM = 'model.norm.weight'
export const HEAD = 'lm_head.weight'
export const REWARD_WEIGHT = 'score.weight'
export const REWARD_BIAS = 'score.bias'

interface Block {
  readonly input: string
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]
}

function layerBlocks(c: ModelConfig, l: number): Block[] {
  const d = c.hiddenSize
  const q = c.heads * c.headSize
  const kv = c.keyValueHeads * c.headSize
  const attention = `model.layers.${l}.self_attn`
  const mlp = `model.layers.${l}.mlp`
  const qkv = [['q_proj', q], ['k_proj', kv], ['v_proj', kv]] as const
  const single = (input: string, name: string, shape: readonly number[]): Block => ({ input, tensors: [{ name, shape }] })
  return [
    single(layerInput(l, 'attentionNorm'), `model.layers.${l}.input_layernorm.weight`, [d]),
    { input: layerInput(l, 'qkv'), tensors: qkv.map(([part, out]) => ({ name: `${attention}.${part}.weight`, shape: [out, d] })) },
    ...(c.attentionBias ? [{ input: layerInput(l, 'qkvBias'), tensors: qkv.map(([part, out]) => ({ name: `${attention}.${part}.bias`, shape: [out] })) }] : []),
    ...(c.headNorm
      ? [
          single(layerInput(l, 'queryNorm'), `${attention}.q_norm.weight`, [c.headSize]),
          single(layerInput(l, 'keyNorm'), `${attention}.k_norm.weight`, [c.headSize])
        ]
      : []),
    single(layerInput(l, 'output'), `${attention}.o_proj.weight`, [d, q]),
    single(layerInput(l, 'mlpNorm'), `model.layers.${l}.post_attention_layernorm.weight`, [d]),
    single(layerInput(l, 'gate'), `${mlp}.gate_proj.weight`, [c.intermediateSize, d]),
    single(layerInput(l, 'up'), `${mlp}.up_proj.weight`, [c.intermediateSize, d]),
    single(layerInput(l, 'down'), `${mlp}.down_proj.weight`, [d, c.intermediateSize])
  ]
}

function blocksOf(c: ModelConfig): Block[] {
  const table = [c.vocabularySize, c.hiddenSize]
  const blocks: Block[] = [{ input: EMBEDDING, tensors: [{ name: EMBEDDING, shape: table }] }]
  for (let l = 0; l < c.layers; l++) blocks.push(...layerBlocks(c, l))
  blocks.push({ input: FINAL_NORM, tensors: [{ name: FINAL_NORM, shape: [c.hiddenSize] }] })
  if (!c.tiedHead) blocks.push({ input: HEAD, tensors: [{ name: HEAD, shape: table }] })
  return blocks
}

/** The layout of a model. Every graph input starts at a multiple of 64 bytes; members of a fused input touch. */
export function parameterLayout(config: ModelConfig): ParameterLayout {
  const slots: ParameterSlot[] = []
  const graphInputs: (ParameterSlot | FusedSlot)[] = []
  let offset = 0
  for (const block of blocksOf(config)) {
    const start = offset
    for (const { name, shape } of block.tensors) {
      slots.push({ name, shape, offset, size: product(shape) })
      offset += product(shape)
    }
    const [first] = block.tensors
    const rows = block.tensors.reduce((sum, tensor) => sum + tensor.shape[0]!, 0)
    graphInputs.push({
      name: block.input, shape: [rows, ...first!.shape.slice(1)], offset: start, size: offset - start,
      ...(block.tensors.length > 1 ? { members: block.tensors.map((tensor) => tensor.name) } : {})
    })
    offset = aligned(offset)
  }
  const weight = { name: REWARD_WEIGHT, shape: [1, config.hiddenSize], offset, size: config.hiddenSize }
  const bias = { name: REWARD_BIAS, shape: [1], offset: aligned(offset + weight.size), size: 1 }
  const parameters = slots.reduce((sum, slot) => sum + slot.size, 0)
  return { slots, graphInputs, rewardHead: { weight, bias }, total: aligned(bias.offset + bias.size), parameters }
}

/** Both tensors of the reward head. */
export const rewardHeadSlots = ({ rewardHead }: ParameterLayout): readonly ParameterSlot[] => [rewardHead.weight, rewardHead.bias]
