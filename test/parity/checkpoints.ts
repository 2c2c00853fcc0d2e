import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wordLevelTokenizer } from '../../trainer/engines/onnx/model/newModel.ts'
import { reference } from './python.ts'

/** A model as transformers' configuration class takes it, and how its weights are written. */
export interface Checkpoint {
  readonly type: 'llama' | 'qwen2' | 'qwen3'
  readonly config: Readonly<Record<string, unknown>>
  readonly dtype?: 'float32' | 'bfloat16' | 'float16'
  /** Several files, with an index. */
  readonly sharded?: boolean
  /** With a reward head of two classes in the place of the language model's head. */
  readonly classifier?: boolean
}

export const VOCABULARY_SIZE = 37

const shared = {
  vocab_size: VOCABULARY_SIZE, hidden_size: 48, intermediate_size: 80, num_hidden_layers: 3, num_attention_heads: 4, num_key_value_heads: 2,
  max_position_embeddings: 64, tie_word_embeddings: true, rope_parameters: { rope_type: 'default', rope_theta: 20000 },
  eos_token_id: 0, bos_token_id: null, pad_token_id: null
}
const theta = (rope_theta: number): object => ({ rope_parameters: { rope_type: 'default', rope_theta } })

/** Between them: tied and untied heads, one to four query heads a key head, heads wider than their share, three file types, shards. */
export const checkpoints: Readonly<Record<string, Checkpoint>> = {
  'Llama, tied head': { type: 'llama', config: shared },
  'Llama, untied head, no groups, heads of their own size, bfloat16 shards': {
    type: 'llama', dtype: 'bfloat16', sharded: true, config: { ...shared, ...theta(10000), tie_word_embeddings: false, num_key_value_heads: 4, head_dim: 20 }
  },
  'Qwen2, biases, untied head, theta 1e6': { type: 'qwen2', config: { ...shared, ...theta(1e6), tie_word_embeddings: false } },
  'Qwen2, biases, one key head, float16 shards': { type: 'qwen2', dtype: 'float16', sharded: true, config: { ...shared, num_key_value_heads: 1 } },
  'Qwen3, head norms, wide heads, shards': { type: 'qwen3', sharded: true, config: { ...shared, ...theta(1e6), head_dim: 32, rms_norm_eps: 1e-5 } },
  'Qwen3, head norms, untied head, bfloat16': { type: 'qwen3', dtype: 'bfloat16', config: { ...shared, head_dim: 12, tie_word_embeddings: false } }
}

/** Has transformers write a folder, and adds a tokenizer, without which the engine opens none. */
export async function writeCheckpoint(folder: string, { type, config, dtype = 'float32', sharded = false, classifier = false }: Checkpoint, seed: number): Promise<void> {
  await reference('make_model', { folder, seed, model_type: type, config, dtype, classifier, max_shard_size: sharded ? '50KB' : '5GB' })
  const words = ['<eos>', ...Array.from({ length: VOCABULARY_SIZE - 1 }, (_, i) => `w${i + 1}`)]
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(wordLevelTokenizer(words)))
}

/** A folder for the tests of one suite, removed after them. */
export function scratchFolder(): (name: string) => string {
  let root = ''
  before(async () => { root = await mkdtemp(join(tmpdir(), 'parity-')) })
  after(() => rm(root, { recursive: true }))
  return (name) => join(root, name.replaceAll(/\W+/g, '-'))
}
