import assert from 'node:assert/strict'
import { begun, encodePromptTexts } from './promptTokens.ts'

const engine = { encode: (texts: readonly string[]) => Promise.resolve(texts.map((text) => Array.from(text, (letter) => letter.charCodeAt(0)))) }
const model = { beginOfTextTokens: [1, 2] }
const encoded = (text: string, chat = false) => encodePromptTexts(engine, model, [{ text, chat }]).then(([tokens]) => tokens)

describe('tokens of a prompt', () => {
  it('begin a plain text as its tokenizer does', async () => assert.deepEqual(await encoded('a'), [1, 2, 97]))
  it('begin it once', async () => assert.deepEqual(await encoded('\u0001\u0002a'), [1, 2, 97]))
  it('leave what a chat template made as it is', async () => assert.deepEqual(await encoded('a', true), [97]))
  it('leave an empty text empty, which is no prompt', async () => assert.deepEqual(await encoded(''), []))
  it('add nothing where the tokenizer adds nothing', () => assert.deepEqual(begun([5], []), [5]))
})
