import { LabError } from '../../../errors.ts'
import type { NewModel } from '../../../protocol/runFile.ts'
import { randomStream } from '../../../random/random.ts'
import type { ModelConfig } from './modelConfig.ts'
import type { ParameterLayout, ParameterSlot } from './parameterLayout.ts'

export const END_OF_TEXT = '<eos>'
/** Standard deviation of initial weights (GPT-2, section 2.3 of Radford et al. 2019). */
const INITIAL_DEVIATION = 0.02

function refuse(field: string, value: unknown, what: string): LabError {
  return new LabError('model', 'model/bad-config', `model.${field} is ${JSON.stringify(value)}: ${what}`, {
    place: `model.${field}`, remedy: 'Correct the field of the run file.'
  })
}

/** The words of a new model's tokenizer, in the order of their ids: `<eos>` first. */
export function modelVocabulary(words: readonly string[]): string[] {
  const vocabulary = [END_OF_TEXT, ...words.filter((word) => word !== END_OF_TEXT)]
  const seen = new Set<string>()
  for (const word of vocabulary) {
    if (word === '' || word.includes(' ')) throw refuse('vocabulary', word, 'a word has characters, none of them a space')
    if (seen.has(word)) throw refuse('vocabulary', word, 'the word stands twice')
    seen.add(word)
  }
  if (vocabulary.length < 2) throw refuse('vocabulary', words, 'it has no words')
  return vocabulary
}

/** The shape of a new model over a vocabulary of this size. */
export function newModelConfig(model: NewModel, vocabularySize: number): ModelConfig {
  if (model.heads % model.keyValueHeads !== 0) throw refuse('keyValueHeads', model.keyValueHeads, `must divide heads (${model.heads})`)
  if (model.headSize % 2 !== 0) throw refuse('headSize', model.headSize, 'must be even (rotary positions pair its entries)')
  const { architecture, hiddenSize, intermediateSize, layers, heads, keyValueHeads, headSize, contextLength, ropeTheta, tiedHead } = model
  return {
    architecture, vocabularySize, hiddenSize, intermediateSize, layers, heads, keyValueHeads, headSize, contextLength, ropeTheta, tiedHead,
    normEpsilon: 1e-6,
    attentionBias: architecture === 'Qwen2ForCausalLM',
    headNorm: architecture === 'Qwen3ForCausalLM',
    endOfTextTokens: [0]
  }
}

/**
 * tokenizer.json of a word-level tokenizer: words separated by single spaces, so that decode(encode(text)) = text for them;
 * a line break can be a word. `<unk>` is named because the format demands it and left out of the vocabulary, so that an
 * unknown word is an error in every implementation.
 */
export function wordLevelTokenizer(vocabulary: readonly string[]): Record<string, unknown> {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [{ id: 0, content: END_OF_TEXT, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }],
    normalizer: null,
    pre_tokenizer: { type: 'Split', pattern: { Regex: ' ' }, behavior: 'Removed', invert: false },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])), unk_token: '<unk>' }
  }
}

/**
 * tokenizer_config.json. `PreTrainedTokenizerFast.from_pretrained` reads it for every architecture; the `AutoTokenizer` of
 * transformers 5 does so for Llama and Qwen3 only and puts Qwen2's own byte-level rules in the place of these.
 */
export function wordLevelTokenizerConfig(contextLength: number): Record<string, unknown> {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    eos_token: END_OF_TEXT,
    model_max_length: contextLength,
    clean_up_tokenization_spaces: false,
    added_tokens_decoder: { 0: { content: END_OF_TEXT, lstrip: false, normalized: false, rstrip: false, single_word: false, special: true } }
  }
}

const isNorm = (slot: ParameterSlot): boolean => /norm\.weight$/.test(slot.name)
/** Projections whose output is added to the residual stream. */
const isResidual = (slot: ParameterSlot): boolean => /\.(o_proj|down_proj)\.weight$/.test(slot.name)

/**
 * Initial parameters: norms 1, biases 0, matrices normal(0, 0.02), those that write to the residual stream divided by
 * √(2·layers). Each tensor draws from its own stream, so its values depend on seed, name and shape alone.
 */
export function initialParameters(layout: ParameterLayout, layers: number, seed: number): Float32Array {
  const parameters = new Float32Array(layout.total)
  for (const slot of layout.slots) {
    const values = parameters.subarray(slot.offset, slot.offset + slot.size)
    if (isNorm(slot)) values.fill(1)
    else if (!slot.name.endsWith('.bias')) {
      const random = randomStream('initial weights', seed, slot.name)
      const deviation = INITIAL_DEVIATION / (isResidual(slot) ? Math.sqrt(2 * layers) : 1)
      for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal()
    }
  }
  return parameters
}
