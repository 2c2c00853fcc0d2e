import assert from 'node:assert/strict'
import { LabError } from '../../../errors.ts'
import { hfConfigOf, modelConfigOf } from './hfConfig.ts'

/** Fields as transformers 4 wrote them for a small Llama. */
const llama = {
  architectures: ['LlamaForCausalLM'], hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2,
  vocab_size: 100, max_position_embeddings: 256, rms_norm_eps: 1e-5, hidden_act: 'silu', rope_theta: 5000, rope_scaling: null, attention_bias: false,
  mlp_bias: false, tie_word_embeddings: false, eos_token_id: 2, torch_dtype: 'bfloat16'
}

describe('config.json', () => {
  it('reads what transformers 4 wrote', () => {
    assert.deepEqual(modelConfigOf(llama, undefined), {
      architecture: 'LlamaForCausalLM', vocabularySize: 100, hiddenSize: 64, intermediateSize: 128, layers: 2, heads: 4, keyValueHeads: 2, headSize: 16,
      contextLength: 256, ropeTheta: 5000, normEpsilon: 1e-5, tiedHead: false, attentionBias: false, headNorm: false, endOfTextTokens: [2]
    })
  })

  it('reads what transformers 5 writes', () => {
    const { rope_theta: _, rope_scaling: __, ...rest } = llama
    const config = modelConfigOf({ ...rest, rope_parameters: { rope_theta: 1e6, rope_type: 'default' }, dtype: 'float32', head_dim: 32 }, undefined)
    assert.equal(config.ropeTheta, 1e6)
    assert.equal(config.headSize, 32)
  })

  it('takes the end-of-text tokens of generation_config.json first', () => {
    assert.deepEqual(modelConfigOf(llama, { eos_token_id: [5, 7] }).endOfTextTokens, [5, 7])
    assert.deepEqual(modelConfigOf(llama, {}).endOfTextTokens, [2])
  })

  it('knows the parts of each architecture', () => {
    const qwen2 = modelConfigOf({ ...llama, architectures: ['Qwen2ForCausalLM'], use_sliding_window: false, sliding_window: 32 }, undefined)
    const qwen3 = modelConfigOf({ ...llama, architectures: ['Qwen3ForCausalLM'], head_dim: 8, layer_types: ['full_attention', 'full_attention'] }, undefined)
    assert.deepEqual([qwen2.attentionBias, qwen2.headNorm, qwen3.attentionBias, qwen3.headNorm, qwen3.headSize], [true, false, false, true, 8])
  })

  const refused: [string, object, string, RegExp][] = [
    ['another architecture', { architectures: ['MistralForCausalLM'] }, 'architectures', /MistralForCausalLM.*LlamaForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM/],
    ['no architecture', { architectures: undefined }, 'architectures', /undefined/],
    ['scaled positions', { rope_scaling: { rope_type: 'llama3', factor: 8 } }, 'rope_scaling.rope_type', /llama3/],
    ['scaled positions of transformers 5', { rope_parameters: { rope_type: 'yarn' } }, 'rope_parameters.rope_type', /yarn/],
    ['a sliding window', { architectures: ['Qwen2ForCausalLM'], use_sliding_window: true, sliding_window: 64 }, 'use_sliding_window', /full attention/],
    ['sliding layers', { layer_types: ['full_attention', 'sliding_attention'] }, 'layer_types', /sliding_attention/],
    ['another activation', { hidden_act: 'gelu' }, 'hidden_act', /gelu.*silu/],
    ['feed-forward biases', { mlp_bias: true }, 'mlp_bias', /without bias/],
    ['attention biases of Llama', { attention_bias: true }, 'attention_bias', /without bias/],
    ['quantised weights', { quantization_config: { bits: 4 } }, 'quantization_config', /not quantised/],
    ['heads that do not divide', { num_key_value_heads: 3 }, 'num_key_value_heads', /3.*divisors/],
    ['odd heads', { head_dim: 15 }, 'head_dim', /15/],
    ['an end token outside the vocabulary', { eos_token_id: 100 }, 'eos_token_id', /100/],
    ['an absurd number of layers', { num_hidden_layers: 1e7 }, 'num_hidden_layers', /10000000/],
    ['a size that is text', { hidden_size: '64' }, 'hidden_size', /"64"/],
    ['a missing size', { vocab_size: undefined }, 'vocab_size', /undefined/],
    ['an endless base', { rope_theta: -1 }, 'rope_theta', /-1/]
  ]
  for (const [what, change, field, message] of refused) {
    it(`refuses ${what}, naming file, field and value`, () => {
      assert.throws(() => modelConfigOf({ ...llama, ...change }, undefined), (error) => LabError.is(error) && error.place === `config.json, ${field}` && message.test(error.message))
    })
  }

  it('reads what it writes', () => {
    for (const architecture of ['LlamaForCausalLM', 'Qwen2ForCausalLM', 'Qwen3ForCausalLM'] as const) {
      const config = {
        architecture, vocabularySize: 50, hiddenSize: 32, intermediateSize: 48, layers: 3, heads: 4, keyValueHeads: 2, headSize: 16, contextLength: 64,
        ropeTheta: 12345, normEpsilon: 1e-6, tiedHead: true, attentionBias: architecture === 'Qwen2ForCausalLM', headNorm: architecture === 'Qwen3ForCausalLM',
        endOfTextTokens: [0]
      }
      assert.deepEqual(modelConfigOf(hfConfigOf(config), undefined), config)
    }
  })
})
