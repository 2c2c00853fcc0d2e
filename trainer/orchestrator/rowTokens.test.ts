import assert from 'node:assert/strict'
import { dpoBatch } from '../algorithms/dpo.ts'
import type { PairTokens } from '../algorithms/rows.ts'
import type { Engine, ModelInfo } from '../engines/engine.ts'
import { createFakeEngine } from '../engines/fake/fakeEngine.ts'
import type { Environment } from '../environments/environment.ts'
import { DpoOptions } from '../protocol/algorithmOptions.ts'
import type { RowKind, RowsOf } from '../protocol/labelRows.ts'
import type { Message } from '../protocol/problem.ts'
import { NewModel, TrainingData } from '../protocol/runFile.ts'
import { modelStepScorer } from './modelStepScorer.ts'
import { encodeRows, stepEnds } from './rowTokens.ts'
import type { RowTokens } from './rowTokens.ts'

const VOCABULARY = ['<eos>', 'a', 'b', 'c']

interface WordEngine extends Engine {
  readonly words: readonly string[]
}

/** Takes a full stop and the line breaks behind it for one token, as tokenizers of Qwen and Llama do. The first two words end texts. */
function mergingEngine(): WordEngine {
  const words = ['<eos>', '<eot>']
  const tokenOf = (word: string): number => (words.includes(word) ? words.indexOf(word) : words.push(word) - 1)
  return {
    encode: async (texts: readonly string[]) => texts.map((text) => (text.match(/<\w+>|\.\n*|\n+| ?\w+/g) ?? []).map(tokenOf)),
    renderChat: async (chats: readonly (readonly Message[])[]) => chats.map((chat) => chat.map(({ role, content }) => `<${role}>${content}<eot>`).join('')),
    words
  } as never
}

/** A row as a stage trains it, with a model that has no chat template unless told otherwise. */
async function encoded<K extends RowKind>(engine: WordEngine, kind: K, row: RowsOf[K], more: Partial<ModelInfo> = {}): Promise<RowTokens<K>> {
  const model = { contextLength: 100, beginOfTextTokens: [], endOfTextTokens: [0, 1], hasChatTemplate: false, ...more }
  const file = { file: 'rows.jsonl', kind, rows: [{ place: 1, row }], sha256: '' }
  const { tokens, leftOut } = await encodeRows({ engine, model }, {} as Environment, { settings: TrainingData.parse({ file: 'rows.jsonl', kind }), file })
  assert.equal(leftOut.why, '')
  return tokens[0] as RowTokens<K>
}

describe('steps as tokens', () => {
  const engine = createFakeEngine()
  before(async () => { await engine.loadModel({ kind: 'new', model: NewModel.parse({ contextLength: 32 }), vocabulary: VOCABULARY, seed: 1 }) })

  it('end at the token that holds their last character', async () => {
    const { tokens, endTokens } = await stepEnds({ engine }, 'a b a c', [3, 4, 7])
    assert.deepEqual([tokens, endTokens], [[1, 2, 1, 3], [1, 1, 3]])
    assert.deepEqual((await stepEnds({ engine }, 'a', [0, 1])).endTokens, [-1, 0])
    assert.deepEqual((await stepEnds({ engine }, '', [])).tokens, [])
  })

  it('are the same tokens whatever follows them', async () => {
    const merging = mergingEngine()
    const steps = ['a b.', '\nb c.', '\nc']
    const whole = await stepEnds({ engine: merging }, `${steps.join('')}\nanswer`, [4, 9, 11])
    assert.deepEqual(whole.endTokens.map((end) => merging.words[whole.tokens[end]!]), ['.', '.', 'c'])
    for (const cut of [1, 2, 3]) {
      const ends = [4, 9, 11].slice(0, cut)
      const begun = await stepEnds({ engine: merging }, steps.slice(0, cut).join(''), ends)
      assert.deepEqual(begun.tokens, whole.tokens.slice(0, begun.tokens.length))
      assert.deepEqual(begun.endTokens, whole.endTokens.slice(0, cut))
    }
  })

  it('are scored by the head at these tokens', async () => {
    const data = [{ prompt: [1], completion: [2, 3], stepLabels_T: [1, 0] }]
    for (let i = 0; i < 20; i++) {
      await engine.forwardBackward(data, { terms: [{ kind: 'stepReward', weight: 1 }], normalisation: { kind: 'tokenMean' } })
      await engine.optimStep({ name: 'sgd', learningRate: 1, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0, maxGradNorm: 0 })
    }
    const [heads] = await engine.headValues([{ prompt: [1], completion: [2, 3] }])
    const scores = await modelStepScorer(engine, { hasChatTemplate: false, beginOfTextTokens: [] } as never).score({ prompt: 'a' }, 'b c', [0, 1, 3])
    assert.deepEqual(scores, [0.5, ...heads!.map((head) => 1 / (1 + Math.exp(-head)))])
    assert.ok(scores[1]! > 0.8 && scores[2]! < 0.2)
  })
})

describe('rows as tokens', () => {
  const engine = mergingEngine()
  const told = (tokens: readonly number[]): string => tokens.map((token) => engine.words[token]).join('|')
  const sides = ({ chosen, rejected }: PairTokens): string[] => [chosen, rejected].map(({ completion }) => told(completion))

  it('learn each turn with its end, and nothing of what a tool answered between them', async () => {
    const row = { prompt: 'p', completion: '🙂 a b.\n<eos>got one\nc.', tool: [{ from: 7, to: 19 }] }
    const { completion, mask_T } = await encoded(engine, 'solutions', row)
    assert.equal(told(completion), ' a| b|.|<eos>|got| one|\n|c|.|<eos>')
    assert.deepEqual(mask_T, [1, 1, 1, 1, 0, 0, 0, 1, 1, 1])
    const pair = await encoded(engine, 'preferences', { prompt: 'p', chosen: 'c', rejected: row.completion, rejectedTool: row.tool })
    assert.deepEqual([pair.chosen.mask_T, pair.rejected.mask_T, sides(pair)], [undefined, mask_T, ['c|<eos>', told(completion)]])
    const [chosen, rejected] = dpoBatch([pair], DpoOptions.parse({ name: 'dpo' })).data
    assert.deepEqual([chosen!.mask_T, rejected!.mask_T], [undefined, mask_T])
  })

  it('end as the chat template ends an answer where it made their prompt, which is read as it is', async () => {
    const chat = { hasChatTemplate: true, beginOfTextTokens: (await engine.encode(['<bos>']))[0]! }
    const plain = await encoded(engine, 'solutions', { prompt: '<user>p', completion: 'a' }, chat)
    assert.deepEqual([told(plain.prompt), told(plain.completion)], ['<bos>|<user>|p', 'a|<eos>'])
    const rendered = await encoded(engine, 'solutions', { prompt: '<user>p', rendered: true, completion: 'a' }, chat)
    assert.deepEqual([told(rendered.prompt), told(rendered.completion)], ['<user>|p', 'a|<eot>'])
    const turns = { prompt: '<user>p', rendered: true, completion: 'a\n<eot><user>no\nb', tool: [{ from: 2, to: 15 }] }
    const { completion, mask_T } = await encoded(engine, 'solutions', turns, chat)
    assert.deepEqual([told(completion), mask_T], ['a|<eot>|<user>|no|\n|b|<eot>', [1, 1, 0, 0, 0, 1, 1]])
    assert.deepEqual(sides(await encoded(engine, 'preferences', { prompt: 'p', rendered: true, chosen: 'a', rejected: 'b' }, chat)), ['a|<eot>', 'b|<eot>'])
  })

  it('end, unless the text of their sides goes on', async () => {
    const pair = { prompt: 'p', chosen: 'a', rejected: 'b', rationale: 'since' }
    assert.deepEqual(sides(await encoded(engine, 'preferences', pair)), ['a|<eos>', 'b|<eos>'])
    const goesOn = await encoded(engine, 'preferences', { ...pair, continues: true })
    assert.deepEqual(sides(goesOn), ['a', 'b'])
    assert.deepEqual([told(goesOn.rationale!.prompt), told(goesOn.rationale!.completion)], ['p|a|<eos>|b|<eos>', 'since|<eos>'])
  })
})
