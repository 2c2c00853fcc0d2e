import { Tokenizer as Library } from '@huggingface/tokenizers'
import { LabError } from '../../../errors.ts'
import { beginOfTextTokens } from './beginOfText.ts'
import { byteLevelText, textWithEnds, windowedText, wordText } from './incrementalText.ts'
import type { IncrementalText, TokenTable } from './incrementalText.ts'

/**
 * Text to tokens and back. Prompts, completions and rendered chats all go the same way, so `encode` adds no special token
 * by itself: a beginning-of-text token that a model wants stands in its chat template, and whoever encodes a plain prompt
 * puts `beginOfTextTokens` before it. Special tokens are recognised in text, and have none.
 */
export interface Tokenizer {
  /** One more than the largest token id. */
  readonly vocabularySize: number
  readonly beginOfTextTokens: readonly number[]
  /** Rejects a word that the vocabulary lacks with `engine/unknown-word`, where the tokenizer has no token for the unknown. */
  encode(text: string): number[]
  decode(tokens: readonly number[]): string
  /** A fresh decoder for one completion. */
  incremental(): IncrementalText
}

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function broken(file: string, what: string, cause?: unknown): LabError {
  return new LabError('model', 'model/broken-tokenizer', `${file}: ${what}`, {
    place: file, cause, remedy: 'Use the tokenizer.json that belongs to the model, as written by the Hugging Face tokenizers library.'
  })
}

/** Ids of the vocabulary, whichever way the model type writes them. */
function vocabularyIds(file: string, json: Json): number[] {
  const model = json['model']
  if (!isObject(model)) throw broken(file, 'has no model')
  const vocabulary = model['vocab']
  const added = (Array.isArray(json['added_tokens']) ? json['added_tokens'] : []) as { id: unknown }[]
  const words = Array.isArray(vocabulary) ? vocabulary.map((_, id) => id) : isObject(vocabulary) ? Object.values(vocabulary) : []
  const ids = [...words, ...added.map((token) => token.id)]
  const wrong = ids.find((id) => !Number.isInteger(id) || (id as number) < 0)
  if (wrong !== undefined) throw broken(file, `has the token id ${JSON.stringify(wrong)}`)
  if (ids.length === 0) throw broken(file, 'has an empty vocabulary')
  return ids as number[]
}

function decoderTypes(decoder: unknown): string[] {
  if (!isObject(decoder)) return []
  const parts: unknown = decoder['type'] === 'Sequence' ? decoder['decoders'] : [decoder]
  return (Array.isArray(parts) ? parts : []).map((part: unknown) => (isObject(part) ? String(part['type']) : ''))
}

/** A decoder runs once per sampled token, where no deadline can guard it against a pathological pattern. */
function refusePatternDecoder(file: string, decoder: unknown): void {
  if (JSON.stringify(decoder ?? null).includes('"Regex"')) throw broken(file, 'its decoder has a regular expression, which is not run')
}

function makeIncremental(decoder: unknown, table: TokenTable): () => IncrementalText {
  const types = decoderTypes(decoder)
  if (types.length === 0) return () => wordText(table)
  return types.length === 1 && types[0] === 'ByteLevel' ? () => byteLevelText(table) : () => windowedText(table)
}

function tokenTable(library: Library): TokenTable {
  const added = library.get_added_tokens_decoder()
  const decode = (tokens: readonly number[]): string => library.decode([...tokens], { skip_special_tokens: false, clean_up_tokenization_spaces: false })
  return {
    // A model may have more rows than its tokenizer has words: such a token has no text.
    word: (token) => library.id_to_token(token) ?? '',
    isSpecial: (token) => library.id_to_token(token) === undefined || added.get(token)?.special === true,
    isAdded: (token) => added.has(token),
    decode: (tokens) => (tokens.length === 0 ? '' : decode(tokens))
  }
}

function unknownWord(file: string, word: string): LabError {
  return new LabError('engine', 'engine/unknown-word', `${file}: the word ${JSON.stringify(word.slice(0, 100))} is not in the vocabulary`, {
    place: file, remedy: 'Write the text with words of the model\'s vocabulary, separated by single spaces, or use a model made for this environment.'
  })
}

/**
 * A tokenizer from the parsed tokenizer.json and tokenizer_config.json. `file` names it in errors. Rejects with
 * `model/broken-tokenizer`. Patterns of the files run here: call it where a hang can be ended.
 */
export function makeTokenizer(file: string, json: unknown, config: unknown): Tokenizer {
  if (!isObject(json)) throw broken(file, 'is not a JSON object')
  const vocabularySize = vocabularyIds(file, json).reduce((most, id) => Math.max(most, id), 0) + 1
  refusePatternDecoder(file, json['decoder'])
  let library: Library
  try {
    library = new Library({ added_tokens: [], ...json } as object, isObject(config) ? config : {})
  } catch (error) {
    throw broken(file, `cannot be used (${(error as Error).message.slice(0, 300)})`, error)
  }
  const incremental = makeIncremental(json['decoder'], tokenTable(library))
  return {
    vocabularySize,
    beginOfTextTokens: beginOfTextTokens(json['post_processor']),
    encode: (text) => {
      if (text === '') return []
      const { ids, tokens } = library.encode(text, { add_special_tokens: false })
      const missing = ids.findIndex((id: number | undefined) => id === undefined)
      if (missing >= 0) throw unknownWord(file, tokens[missing] ?? '')
      return ids
    },
    decode: (tokens) => textWithEnds(incremental(), tokens).text,
    incremental
  }
}
