import assert from 'node:assert/strict'
import type { ModelInfo } from '../engines/engine.ts'
import { turnEnd } from './turnEnd.ts'

const WORDS = ['<eos>', '<eom>', '<eot>', '<user>', '<assistant>']

/** Knows the words above as tokens, and nothing else. */
const engineOf = (template: (answer: string) => string): Parameters<typeof turnEnd>[0] => ({
  encode: async (texts) => texts.map((text) => (text.match(/<\w+>/g) ?? []).map((word) => WORDS.indexOf(word))),
  renderChat: async (conversations) => conversations.map(([question, answer]) => `<user>${question!.content}<eot><assistant>${template(answer!.content)}`)
})
const model = (endOfTextTokens: readonly number[], hasChatTemplate = true): ModelInfo => ({ endOfTextTokens, hasChatTemplate } as ModelInfo)

describe('turnEnd', () => {
  const llama = engineOf((answer) => `${answer}<eot><assistant>`)

  it('is what the chat template sets behind an answer, not the first end that the model names', async () => {
    assert.deepEqual(await turnEnd(llama, model([0, 1, 2]), true), [2])
    assert.deepEqual(await turnEnd(engineOf((answer) => `${answer}\n<eom>`), model([0, 1, 2]), true), [1])
  })

  it('is the first end for plain prompts, models without a template, and templates that end nothing', async () => {
    assert.deepEqual(await turnEnd(llama, model([0, 1, 2]), false), [0])
    assert.deepEqual(await turnEnd(llama, model([0, 1, 2], false), true), [0])
    assert.deepEqual(await turnEnd(engineOf((answer) => answer), model([0, 1]), true), [0])
    assert.deepEqual(await turnEnd(llama, model([]), true), [])
  })
})
