import assert from 'node:assert/strict'
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { beginOfTextTokens } from './beginOfText.ts'

const special = (...names: string[]) => Object.fromEntries(names.map((name, i) => [name, { id: name, ids: [i + 5], tokens: [name] }]))
const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } })
const text = { Sequence: { id: 'A', type_id: 0 } }
const template = (single: object[], special_tokens: object = special('<bos>', '<eos>')) => ({ type: 'TemplateProcessing', single, pair: [], special_tokens })

describe('tokens before a plain text', () => {
  const cases: readonly (readonly [string, unknown, number[]])[] = [
    ['none without a post-processor', null, []],
    ['none of byte-level tokenizers', { type: 'ByteLevel', add_prefix_space: true }, []],
    ['what a template has before the text', template([token('<bos>'), text]), [5]],
    ['nothing of what a template has behind it', template([token('<bos>'), text, token('<eos>')]), [5]],
    ['none of a template that only ends a text', template([text, token('<eos>')]), []],
    ['several of a template', template([token('<eos>'), token('<bos>'), text]), [6, 5]],
    ['those of the first processor that has any', { type: 'Sequence', processors: [{ type: 'ByteLevel' }, template([token('<bos>'), text]), template([token('<eos>'), text])] }, [5]],
    ['the first token of BERT and RoBERTa', { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 1] }, [1]],
    ['none of a template without a text', template([token('<bos>')]), []],
    ['none that are no tokens', template([token('constructor'), token('<bos>'), text], { '<bos>': { ids: ['x', -1, 0.5] } }), []]
  ]
  it('are what the library puts there', () => {
    const model = { type: 'WordLevel', vocab: { a: 0, '<bos>': 5, '<eos>': 6 }, unk_token: 'a' }
    const added = ['<bos>', '<eos>'].map((content, i) => ({ id: i + 5, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false }))
    for (const processor of [null, template([token('<bos>'), text]), template([token('<bos>'), text, token('<eos>')]), template([text, token('<eos>')])]) {
      const library = new Library({ model, added_tokens: added, pre_tokenizer: { type: 'Whitespace' }, normalizer: null, decoder: null, post_processor: processor } as object, {})
      const { ids } = library.encode('a', { add_special_tokens: true })
      assert.deepEqual(ids.slice(0, ids.indexOf(0)), beginOfTextTokens(processor))
    }
  })

  for (const [name, processor, expected] of cases) it(`are ${name}`, () => assert.deepEqual(beginOfTextTokens(processor), expected))
})
