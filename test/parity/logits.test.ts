import assert from 'node:assert/strict'
import type { Engine, Loss, ModelSource, OptimizerStep, TokenSequence } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { checkpoints, scratchFolder, VOCABULARY_SIZE, writeCheckpoint } from './checkpoints.ts'
import { decoderLogits } from './decoderLogits.ts'
import { describeWithPython, reference } from './python.ts'

/** For logits, the bar of the comparison. */
const TOLERANCE = 1e-4

type Rows = readonly (readonly (readonly number[])[])[]

function sequencesOf(vocabularySize: number): number[][] {
  const random = randomStream('logits')
  return [1, 2, 11, 40].map((length) => Array.from({ length }, () => random.integer(vocabularySize)))
}

function maxDifference(ours: Rows, theirs: Rows): number {
  const [a, b] = [ours.flat(2), theirs.flat(2)]
  assert.equal(a.length, b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

function logSoftmax(logits: readonly number[]): number[] {
  const top = Math.max(...logits)
  const normaliser = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0))
  return logits.map((logit) => logit - normaliser)
}

/** Log-probability of every word at every position, through the verb that scores completions. */
async function everyWord(engine: Engine, sequences: readonly (readonly number[])[], vocabularySize: number): Promise<number[][][]> {
  const asked = sequences.flatMap((tokens) => tokens.flatMap((_, t) =>
    Array.from({ length: vocabularySize }, (__, word): TokenSequence => ({ prompt: tokens.slice(0, t + 1), completion: [word] }))))
  const scores = (await engine.logprobs(asked)).map(({ logprobs_T }) => logprobs_T[0]!)
  let next = 0
  return sequences.map((tokens) => tokens.map(() => scores.slice(next, (next += vocabularySize))))
}

describeWithPython('logits against transformers', function () {
  this.timeout(60_000)
  const pathOf = scratchFolder()
  const engine = createOnnxEngine({ threads: 1, microBatchTokens: 2048 })
  after(() => engine.close())

  for (const [seed, [title, checkpoint]] of Object.entries(checkpoints).entries()) {
    it(`its checkpoint in ours: ${title}`, async () => {
      const folder = pathOf(title)
      await writeCheckpoint(folder, checkpoint, seed)
      const ids = sequencesOf(VOCABULARY_SIZE)
      const theirs = await reference<number[][][]>('logits', { folder, ids })
      assert.ok(Math.max(...theirs.flat(2).map(Math.abs)) > 1)
      assert.ok(maxDifference(await decoderLogits(folder, ids), theirs) < TOLERANCE)
      await engine.loadModel({ kind: 'folder', folder })
      const short = ids.slice(0, 3)
      const distributions = theirs.slice(0, 3).map((rows) => rows.map(logSoftmax))
      assert.ok(maxDifference(await everyWord(engine, short, VOCABULARY_SIZE), distributions) < TOLERANCE)
    })
  }

  for (const architecture of ['LlamaForCausalLM', 'Qwen2ForCausalLM', 'Qwen3ForCausalLM'] as const) {
    for (const [tiedHead, dtype] of [[true, 'float32'], [false, 'float32'], [true, 'bfloat16']] as const) {
      it(`our checkpoint in its: ${architecture}, ${tiedHead ? 'tied' : 'untied'} head, ${dtype}`, async () => {
        const folder = pathOf(`ours-${architecture}-${tiedHead}-${dtype}`)
        await engine.loadModel(newModel(architecture, tiedHead))
        await spread(engine)
        await engine.save(folder, { optimizer: true, dtype })
        // The engine goes on with its unrounded weights.
        if (dtype === 'bfloat16') await engine.load(folder, { optimizer: false })
        const ids = sequencesOf(words.length).slice(1, 3)
        const theirs = await reference<number[][][]>('logits', { folder, ids })
        assert.ok(maxDifference(await everyWord(engine, ids, words.length), theirs.map((rows) => rows.map(logSoftmax))) < TOLERANCE)
        assert.ok(Math.max(...theirs.flat(2).map(Math.abs)) > 1)
      })
    }
  }
})

const words = ['<eos>', ...'abcdefghijklmnop']

function newModel(architecture: 'LlamaForCausalLM' | 'Qwen2ForCausalLM' | 'Qwen3ForCausalLM', tiedHead: boolean): ModelSource {
  const model = {
    architecture, tiedHead, hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, headSize: 16, intermediateSize: 48, contextLength: 64, ropeTheta: 5000
  }
  return { kind: 'new', model, vocabulary: words, seed: 7 }
}

/** Moves norms and biases away from 1 and 0, and logits away from each other. */
async function spread(engine: Engine): Promise<void> {
  const loss: Loss = { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } }
  const step: OptimizerStep = { name: 'adamw', learningRate: 0.03, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 }
  const data = sequencesOf(words.length).slice(2).map(([first, ...completion]) => ({ prompt: [first!], completion }))
  for (let i = 0; i < 8; i++) {
    await engine.forwardBackward(data, loss)
    await engine.optimStep(step)
  }
}
