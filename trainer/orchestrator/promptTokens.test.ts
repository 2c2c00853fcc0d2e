import assert from 'node:assert/strict'
import { begun, readPrompt } from './promptTokens.ts'

const engine = {
  encode: (texts: readonly string[]) => Promise.resolve(texts.map((text) => Array.from(text, (letter) => letter.charCodeAt(0)))),
  renderChat: (conversations: readonly (readonly { readonly content: string }[])[]) => Promise.resolve(conversations.map((messages) => messages.map(({ content }) => content).join('')))
}
const model = { beginOfTextTokens: [1, 2], hasChatTemplate: true }
const encoded = async (text: string, chat = false) =>
  (await readPrompt(engine, model, { prompt: chat ? 'plain' : text, ...(chat && { messages: [{ role: 'user', content: text }] }) })).tokens

describe('tokens of a prompt', () => {
  it('begin a plain text as its tokenizer does', async () => assert.deepEqual(await encoded('a'), [1, 2, 97]))
  it('begin it once', async () => assert.deepEqual(await encoded('\u0001\u0002a'), [1, 2, 97]))
  it('leave what a chat template made as it is', async () => assert.deepEqual(await encoded('a', true), [97]))
  it('leave an empty text empty, which is no prompt', async () => assert.deepEqual(await encoded(''), []))
  it('add nothing where the tokenizer adds nothing', () => assert.deepEqual(begun([5], []), [5]))
})
