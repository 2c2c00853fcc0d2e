import assert from 'node:assert/strict'
import type { Engine, ModelInfo } from '../engines/engine.ts'
import type { DrawnProblem } from './problemSource.ts'
import { encodePrompts } from './promptEncoder.ts'

const engine = { encode: (texts: readonly string[]) => Promise.resolve(texts.map((text) => Array.from(text.trim(), () => 1))) } as unknown as Engine
const model = { contextLength: 8, beginOfTextTokens: [], endOfTextTokens: [0], hasChatTemplate: false } as unknown as ModelInfo
const drawn = (prompt: string): DrawnProblem => ({ problem: { id: 'p', environment: 'jsonl', prompt, params: { line: 3 } } }) as unknown as DrawnProblem

describe('prompts as tokens', () => {
  it('are refused by the problem and its line where a tokenizer leaves nothing of one', async () => {
    assert.deepEqual((await encodePrompts(engine, model, [drawn('abc')], 4)).map(({ tokens }) => tokens.length), [3])
    await assert.rejects(encodePrompts(engine, model, [drawn('abc'), drawn(' ')], 4), { code: 'environment/empty-prompt', message: 'Problem p of jsonl (line 3 of its dataset) has a prompt without tokens.' })
  })

  it('are refused where they leave no room for a completion', async () => {
    await assert.rejects(encodePrompts(engine, model, [drawn('abcdef')], 4), { code: 'environment/prompt-too-long' })
  })
})
