import assert from 'node:assert/strict'
import type { Environment, LoadedText } from '../environments/environment.ts'
import { createWordTokenizer } from '../engines/fake/wordTokenizer.ts'
import { requireReadable } from './readableData.ts'
import type { ReadPlan } from './readableData.ts'
import type { StageData } from './runPlan.ts'
import type { TextReader } from './textReader.ts'

/** A reader that knows these words, and what it was asked. */
function reader(words: readonly string[], more: { readonly everything?: boolean; readonly chat?: boolean } = {}): TextReader & { readonly asked: string[] } {
  const tokenizer = createWordTokenizer(['<eos>', ...words])
  const asked: string[] = []
  return {
    asked,
    engine: {
      encode: async (texts) => texts.map((text) => {
        asked.push(text)
        return more.everything ? [1] : tokenizer.encode(text)
      }),
      renderChat: async (chats) => chats.map((messages) => messages.map(({ content }) => content.toLowerCase()).join(' '))
    },
    model: { contextLength: 32, beginOfTextTokens: [], endOfTextTokens: [0], hasChatTemplate: more.chat ?? false }
  }
}

function plan(texts: readonly string[], kind: 'rl' | 'supervised' = 'rl'): ReadPlan {
  const loaded = texts.map((text, i): LoadedText => ({ place: `p.jsonl:${i + 1}`, field: 'prompt', text }))
  const environment = { name: 'file', texts: (split: string, what: string) => (split === 'train' && what === 'prompts' ? loaded : []) } as unknown as Environment
  return { stages: [{ kind, mixture: [{ environment, options: {}, weight: 1 }] }], sets: [] }
}

const refused = (reading: TextReader, texts: readonly string[], expected: RegExp): Promise<void> =>
  assert.rejects(requireReadable(reading, plan(texts)), (error: Error) => expected.test(error.message) || assert.fail(error.message))

describe('texts of files', () => {
  it('are tried word by word, each word once', async () => {
    const one = reader(['a', 'b'])
    assert.deepEqual(await requireReadable(one, plan(Array.from({ length: 1000 }, () => 'a b a'))), [])
    assert.equal(one.asked.length, 3)
  })

  it('are looked through in pieces, between which whoever steers the run is heard', async () => {
    let heard = 0
    const hear = (): void => { heard++; hearing = setImmediate(hear) }
    let hearing = setImmediate(hear)
    await requireReadable(reader(['a']), plan(Array.from({ length: 50_000 }, () => 'a a'))).finally(() => clearImmediate(hearing))
    assert.ok(heard > 5, String(heard))
  })

  it('are not tried at all where the tokenizer takes every text', async () => {
    const one = reader([], { everything: true })
    assert.deepEqual(await requireReadable(one, plan(['x', 'y'])), [])
    assert.equal(one.asked.length, 1)
  })

  it('are refused by their place, with the others that cannot be read', async () => {
    await refused(reader(['a']), ['a', 'a x', 'a', 'y'], /^The model cannot read prompt of p\.jsonl:2, "a x": .*The same goes for p\.jsonl:4$/)
    await refused(reader(['a']), ['v', 'w', 'x', 'y', 'z'], /The same goes for p\.jsonl:2, p\.jsonl:3 and more$/)
  })

  it('are read as the chat template writes them', async () => {
    assert.deepEqual(await requireReadable(reader(['a'], { chat: true }), plan(['A'])), [])
    await refused(reader(['a']), ['A'], /p\.jsonl:1/)
  })

  it('are said to be of the first rows only where a file has more than are tried', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => ({ place: i + 1, row: { prompt: 'a', completion: i < 2 ? 'x' : 'a' } }))
    const data: StageData = { settings: { file: 'r.jsonl', kind: 'solutions', chat: false, batchSize: 1 }, file: { file: 'r.jsonl', kind: 'solutions', rows, sha256: '' } }
    const { stages: [stage], sets } = plan([], 'supervised')
    const [notice, ...others] = await requireReadable(reader(['a']), { stages: [{ ...stage!, data }], sets })
    assert.match(notice!, /^2 of the first 4096 rows of r\.jsonl were left out; row 1: "completion" is "x", /)
    assert.deepEqual(others, [])
  })
})
