import assert from 'node:assert/strict'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { scratchFolder } from './checkpoints.ts'
import { describeWithPython, reference } from './python.ts'

const WORDS = ['<eos>', '0', '1', '12', '+', '-', '*', '(', ')', '=', '\n', '<think>', '</think>', 'f(x)', 'reverse', 'é', '日本', '👍🏽', "don't", '##', 'Ġ', '\t', 'A', 'a']

/** Words in random order; the reader's own cases before them. */
function texts(): string[] {
  const random = randomStream('tokenizer parity')
  const sentences = Array.from({ length: 50 }, () => Array.from({ length: random.integer(12) }, () => random.pick(WORDS)).join(' '))
  return ['', '1', '12', '<eos>', '1 <eos>', '<eos> 1', '1 \n 1', ' 1', '1 ', '1  1'].concat(sentences)
}

describeWithPython('tokenizer of a new model against transformers', function () {
  this.timeout(60_000)
  const pathOf = scratchFolder()
  const engine = createOnnxEngine({ threads: 1, microBatchTokens: 1024 })
  after(() => engine.close())
  before(async () => {
    await engine.loadModel({
      kind: 'new', vocabulary: WORDS, seed: 1,
      model: {
        architecture: 'LlamaForCausalLM', hiddenSize: 8, layers: 1, heads: 1, keyValueHeads: 1, headSize: 8, intermediateSize: 8, contextLength: 64,
        ropeTheta: 10000, tiedHead: true
      }
    })
    await engine.save(pathOf('model'), { optimizer: false, dtype: 'float32' })
  })

  it('gives the same tokens for the same text', async () => {
    const theirs = await reference<{ ids: number[][]; eos: number; size: number }>('encode', { folder: pathOf('model'), texts: texts() })
    assert.deepEqual(await engine.encode(texts()), theirs.ids)
    assert.deepEqual([theirs.eos, theirs.size], [0, WORDS.length])
    assert.ok(new Set(theirs.ids.flat()).size === WORDS.length)
  })

  it('reads the same text from tokens', async () => {
    const plain = texts().filter((text) => !text.includes('<eos>'))
    const { ids, texts: theirs } = await reference<{ ids: number[][]; texts: string[] }>('encode', { folder: pathOf('model'), texts: plain })
    assert.deepEqual(await engine.decode(ids), theirs)
  })

  it('rejects the same unknown words', async () => {
    const unknown = ['2', 'é!', '1 2', '日', 'THINK', '1+1']
    assert.deepEqual(await reference<boolean[]>('unknown_words', { folder: pathOf('model'), texts: [...unknown, '1 + 1'] }), [...unknown.map(() => true), false])
    for (const text of unknown) await assert.rejects(engine.encode([text]), { code: 'engine/unknown-word' }, text)
  })
})
