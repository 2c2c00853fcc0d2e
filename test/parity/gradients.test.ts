import assert from 'node:assert/strict'
import type { Engine, ForwardBackwardResult, Loss, SequenceLogprobs, TrainSequence } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { checkpoints, scratchFolder, VOCABULARY_SIZE, writeCheckpoint } from './checkpoints.ts'
import { CLIPPED, CLIPPED_SEQUENCES } from '../engines/lossCases.ts'
import { COMBINED_LOSS, LOSSES, tokenSequences, trainSequences } from './gradientData.ts'
import { describeWithPython, reference } from './python.ts'
import { assertGradients, readTensors } from './tensors.ts'
import type { Gradients } from './tensors.ts'

/** PyTorch's, in float64. */
interface Truth {
  readonly loss: number
  readonly termValues: readonly number[]
  readonly tokens: readonly SequenceLogprobs[]
  readonly gradients: Gradients
}

async function truthOf(folder: string, sequences: readonly TrainSequence[], losses: readonly Loss[]): Promise<Truth[]> {
  const files = losses.map((_, i) => `${folder}/gradient-${i}.safetensors`)
  const answers = await reference<Omit<Truth, 'gradients'>[]>('gradients', { folder, sequences, losses, files })
  return Promise.all(answers.map(async (answer, i) => ({ ...answer, gradients: await readTensors(files[i]!) })))
}

function assertClose(ours: readonly number[], theirs: readonly number[], tolerance: number): void {
  assert.equal(ours.length, theirs.length)
  ours.forEach((value, i) => assert.ok(Math.abs(value - theirs[i]!) <= tolerance * Math.max(1, Math.abs(theirs[i]!)), `${value} against ${theirs[i]}`))
}

function assertReport(ours: ForwardBackwardResult, theirs: Truth): void {
  assertClose([ours.loss, ...ours.termValues], [theirs.loss, ...theirs.termValues], 1e-5)
  for (const part of ['logprobs_T', 'entropies_T'] as const) {
    assertClose(ours.logprobs.flatMap((tokens) => tokens[part]), theirs.tokens.flatMap((tokens) => tokens[part]), 1e-5)
  }
}

/** Gradient and report of one loss, with nothing accumulated before. */
async function ourGradients(engine: Engine, sequences: readonly TrainSequence[], loss: Loss): Promise<{ report: ForwardBackwardResult; gradients: Gradients }> {
  const report = await engine.forwardBackward(sequences, loss)
  const gradients = await engine.gradients()
  await engine.optimStep({ name: 'sgd', learningRate: 0, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0, maxGradNorm: 0 })
  return { report, gradients }
}

describeWithPython('gradients against PyTorch in float64', function () {
  this.timeout(60_000)
  const pathOf = scratchFolder()
  // Few enough for several micro-batches.
  const engine = createOnnxEngine({ threads: 1, microBatchTokens: 40 })
  const whole = createOnnxEngine({ threads: 1, microBatchTokens: 4096 })
  after(() => Promise.all([engine.close(), whole.close()]))

  const prepare = async (title: string): Promise<{ folder: string; sequences: TrainSequence[] }> => {
    const folder = pathOf(title)
    await writeCheckpoint(folder, { ...checkpoints[title]!, dtype: 'float32' }, 11)
    for (const each of [engine, whole]) await each.loadModel({ kind: 'folder', folder })
    return { folder, sequences: trainSequences(VOCABULARY_SIZE, await engine.logprobs(tokenSequences(VOCABULARY_SIZE))) }
  }

  describe('every loss term', () => {
    let sequences: TrainSequence[] = []
    let truths: Record<string, Truth> = {}
    before(async () => {
      const prepared = await prepare('Qwen3, head norms, wide heads, shards')
      sequences = prepared.sequences
      const answers = await truthOf(prepared.folder, sequences, Object.values(LOSSES))
      truths = Object.fromEntries(Object.keys(LOSSES).map((name, i) => [name, answers[i]!]))
    })
    for (const [name, loss] of Object.entries(LOSSES)) {
      it(name, async () => {
        const { report, gradients } = await ourGradients(engine, sequences, loss)
        assertReport(report, truths[name]!)
        assertGradients(gradients, truths[name]!.gradients)
      })
    }
    for (const name of [CLIPPED, CLIPPED_SEQUENCES]) {
      it(`has tokens clipped on both sides in ${name}`, async () => {
        const { clippedLow, clippedHigh } = await engine.forwardBackward(sequences, LOSSES[name]!)
        assert.ok(clippedLow > 0.05 && clippedHigh > 0.05 && clippedLow + clippedHigh < 0.9)
      })
    }
    it('one big batch', async () => {
      const { report, gradients } = await ourGradients(whole, sequences, LOSSES['several terms, token mean']!)
      assertReport(report, truths['several terms, token mean']!)
      assertGradients(gradients, truths['several terms, token mean']!.gradients)
    })
  })

  for (const title of Object.keys(checkpoints)) {
    it(`several terms: ${title}`, async () => {
      const { folder, sequences } = await prepare(title)
      const [truth] = await truthOf(folder, sequences, [COMBINED_LOSS])
      const { report, gradients } = await ourGradients(engine, sequences, COMBINED_LOSS)
      assertReport(report, truth!)
      assertGradients(gradients, truth!.gradients)
    })
  }
})
