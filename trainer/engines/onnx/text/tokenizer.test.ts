import assert from 'node:assert/strict'
import { Tokenizer as Library } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { LabError } from '../../../errors.ts'
import { textWithEnds } from './incrementalText.ts'
import { modelVocabulary, wordLevelTokenizer, wordLevelTokenizerConfig } from '../model/newModel.ts'
import { makeTokenizer } from './tokenizer.ts'
import type { Tokenizer } from './tokenizer.ts'

/** The printable stand-ins of all bytes, in the order of the bytes, written out as GPT-2's encoder.py defines them. */
function byteCharacters(): string[] {
  const kept = new Set([[33, 126], [161, 172], [174, 255]].flatMap(([a, b]) => Array.from({ length: b! - a! + 1 }, (_, i) => a! + i)))
  let extra = 0
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(kept.has(byte) ? byte : 256 + extra++))
}

/** All bytes, and merges that end inside characters: the first two bytes of most CJK characters and of emoji. */
function byteLevelJson(): Record<string, unknown> {
  const bytes = byteCharacters()
  const pairs = [[0xf0, 0x9f], [0xe4, 0xbd], [0xe5, 0xa5], [0x61, 0x62], [0xcc, 0x81]].map(([a, b]) => [bytes[a!]!, bytes[b!]!])
  const words = [...bytes, ...pairs.map((pair) => pair.join(''))]
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false }
  return {
    added_tokens: [
      { ...special, id: words.length, content: '<eos>', special: true }, { ...special, id: words.length + 1, content: '<tool>', special: false }
    ],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false,
      vocab: Object.fromEntries(words.map((word, id) => [word, id])), merges: pairs
    }
  }
}

/** The shape of Llama 2's: SentencePiece words with ▁ for spaces, and bytes for what is not a word. */
function byteFallbackJson(): Record<string, unknown> {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
  const words = ['<unk>', ...bytes, '▁', 'a', 'b', '▁a', 'ab']
  return {
    added_tokens: [{ id: 0, content: '<unk>', special: true, single_word: false, lstrip: false, rstrip: false, normalized: false }],
    normalizer: null,
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false },
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }]
    },
    model: { type: 'BPE', unk_token: '<unk>', fuse_unk: true, byte_fallback: true, vocab: Object.fromEntries(words.map((word, id) => [word, id])), merges: [['▁', 'a'], ['a', 'b']] }
  }
}

const words = ['+', '=', '12', '7', '\n', 'step', 'é', '__proto__']
const wordLevelJson = wordLevelTokenizer(modelVocabulary(words))
const wordLevel = (): Tokenizer => makeTokenizer('tokenizer.json', wordLevelJson, wordLevelTokenizerConfig(64))
const byteLevel = (): Tokenizer => makeTokenizer('tokenizer.json', byteLevelJson(), {})
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('👍', '你', '好', 'é', 'e\u0301', 'ab', ' ', '\n', '👨‍👩‍👧', '\uFFFD') }))

/** Whole, monotonic, and cut at whole characters. */
function checkEnds(tokenizer: Tokenizer, tokens: readonly number[]): void {
  const { text: whole, tokenEnds_T } = textWithEnds(tokenizer.incremental(), tokens)
  assert.equal(whole, tokenizer.decode(tokens))
  assert.equal(tokenEnds_T.length, tokens.length)
  assert.equal(tokenEnds_T.at(-1) ?? 0, whole.length)
  const pieces = tokenEnds_T.map((end, t) => whole.slice(tokenEnds_T[t - 1] ?? 0, end))
  assert.equal(pieces.join(''), whole)
}

describe('word-level tokenizer', () => {
  it('gives words of the vocabulary, separated by single spaces, back as they were', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...words), { minLength: 1 }), (list) => {
      const tokenizer = wordLevel()
      const tokens = tokenizer.encode(list.join(' '))
      assert.equal(tokenizer.decode(tokens), list.join(' '))
      assert.deepEqual(tokens, list.map((word) => words.indexOf(word) + 1))
      checkEnds(tokenizer, tokens)
    }))
  })

  it('ends a word before the space', () => {
    assert.deepEqual(textWithEnds(wordLevel().incremental(), wordLevel().encode('12 + 7')), { text: '12 + 7', tokenEnds_T: [2, 4, 6] })
  })

  it('knows the end of text in a prompt and gives it no text', () => {
    assert.deepEqual(wordLevel().encode('7 <eos>'), [4, 0])
    assert.deepEqual(textWithEnds(wordLevel().incremental(), [4, 0]), { text: '7', tokenEnds_T: [1, 1] })
    assert.equal(wordLevel().decode([0, 4]), '7')
  })

  it('names the word that the vocabulary lacks', () => {
    assert.throws(() => wordLevel().encode('12 + banana'), (error) => LabError.is(error, 'engine/unknown-word') && /"banana"/.test(error.message))
  })

  it('has no text for tokens beyond its words, which a padded embedding may hold', () => {
    assert.equal(wordLevel().decode([4, 63, 4]), '7 7')
  })

  it('refuses vocabularies it could not tell apart', () => {
    for (const bad of [['a b'], ['a', 'a'], [''], []]) assert.throws(() => modelVocabulary(bad), (error) => LabError.is(error, 'model/bad-config'))
  })
})

describe('byte-level tokenizer', () => {
  it('gives any text back', () => {
    fc.assert(fc.property(text, (sample) => {
      const tokenizer = byteLevel()
      const tokens = tokenizer.encode(sample)
      assert.equal(tokenizer.decode(tokens), Buffer.from(sample).toString())
      checkEnds(tokenizer, tokens)
    }))
  })

  it('decodes any tokens as the library decodes the whole', () => {
    const library = new Library(byteLevelJson(), {})
    const tokenizer = byteLevel()
    fc.assert(fc.property(fc.array(fc.nat(tokenizer.vocabularySize - 1), { minLength: 1 }), (tokens) => {
      const visible = tokens.filter((token) => token !== 261)
      assert.equal(tokenizer.decode(tokens), visible.length === 0 ? '' : library.decode(visible, { clean_up_tokenization_spaces: false }))
      checkEnds(tokenizer, tokens)
    }))
  })

  it('ends a token inside a character where the last whole character ended', () => {
    const tokenizer = byteLevel()
    const tokens = tokenizer.encode('a👍你b')
    // a · F0 9F · 91 · 8D · E4 BD · A0 · b
    assert.deepEqual(textWithEnds(tokenizer.incremental(), tokens), { text: 'a👍你b', tokenEnds_T: [1, 1, 1, 3, 3, 4, 5] })
    assert.deepEqual(textWithEnds(tokenizer.incremental(), tokens.slice(0, 3)), { text: 'a\uFFFD', tokenEnds_T: [1, 1, 2] })
  })

  it('keeps a combining mark apart from its letter', () => {
    assert.deepEqual(textWithEnds(byteLevel().incremental(), byteLevel().encode('e\u0301')).tokenEnds_T, [1, 2])
  })
})

describe('tokenizer with byte fallback', () => {
  const tokenizer = makeTokenizer('tokenizer.json', byteFallbackJson(), {})
  it('decodes any tokens as the library decodes the whole', () => {
    const library = new Library(byteFallbackJson(), {})
    const token = fc.oneof(fc.integer({ min: 257, max: 261 }), fc.integer({ min: 1, max: 256 }), fc.constantFrom(...[...Buffer.from('你👍')].map((byte) => byte + 1)))
    fc.assert(fc.property(fc.array(token, { minLength: 1 }), (tokens) => {
      assert.equal(tokenizer.decode(tokens), library.decode(tokens, { clean_up_tokenization_spaces: false }))
      checkEnds(tokenizer, tokens)
    }))
  })
})

describe('tokenizer files', () => {
  const refused: Record<string, [unknown, RegExp]> = {
    'a list': [[], /not a JSON object/],
    'no model': [{ decoder: null }, /no model/],
    'an id that is no number': [{ ...wordLevelJson, model: { type: 'WordLevel', vocab: { a: 'x' } } }, /"x"/],
    'a negative id': [{ ...wordLevelJson, model: { type: 'WordLevel', vocab: { a: -1 } } }, /-1/],
    'an unknown part': [{ ...wordLevelJson, pre_tokenizer: { type: 'Telepathy' } }, /Telepathy/],
    'a broken pattern': [{ ...wordLevelJson, pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } }, /cannot be used/],
    'a pattern in the decoder': [{ ...wordLevelJson, decoder: { type: 'Replace', pattern: { Regex: '(a+)+$' }, content: '' } }, /decoder/]
  }
  for (const [what, [json, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => makeTokenizer('/m/tokenizer.json', json, {}), (error) => LabError.is(error, 'model/broken-tokenizer') && message.test(error.message) && error.place === '/m/tokenizer.json')
    })
  }
})
