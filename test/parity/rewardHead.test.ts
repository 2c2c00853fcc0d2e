import assert from 'node:assert/strict'
import type { LossTerm, TrainSequence } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { checkpoints, scratchFolder, VOCABULARY_SIZE, writeCheckpoint } from './checkpoints.ts'
import { tokenSequences, trainSequences } from './gradientData.ts'
import { describeWithPython, reference } from './python.ts'
import { assertGradients, readTensors } from './tensors.ts'

const HEAD_TERMS: readonly LossTerm[] = [{ kind: 'stepReward', weight: 1 }, { kind: 'valueRegression', weight: 1 }]

function assertHeads(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): void {
  ours.forEach((heads_T, i) => heads_T.forEach((head, t) => assert.ok(Math.abs(head - theirs[i]![t]!) < 2e-5 * Math.max(1, Math.abs(head)), `${head} against ${theirs[i]![t]}`)))
  assert.ok(new Set(ours.flat()).size > 20)
}

describeWithPython('the reward head and transformers', function () {
  this.timeout(60_000)
  const pathOf = scratchFolder()
  const engine = createOnnxEngine({ threads: 1, microBatchTokens: 40 })
  after(() => engine.close())

  for (const title of ['Llama, tied head', 'Qwen2, biases, untied head, theta 1e6', 'Qwen3, head norms, wide heads, shards']) {
    it(`a classifier of two classes that transformers wrote: values and gradients, ${title}`, async () => {
      const folder = pathOf(`classifier ${title}`)
      await writeCheckpoint(folder, { ...checkpoints[title]!, classifier: true }, 5)
      await engine.loadModel({ kind: 'folder', folder })
      const sequences = trainSequences(VOCABULARY_SIZE, await engine.logprobs(tokenSequences(VOCABULARY_SIZE)))
      assertHeads(await engine.headValues(sequences), await reference('reward_heads', { folder, sequences, without: [] }))
      for (const term of HEAD_TERMS) {
        const file = `${folder}/gradient-${term.kind}.safetensors`
        const truth = await reference<number>('head_gradients', { folder, sequences, kind: term.kind, file })
        const { loss } = await engine.forwardBackward(sequences, { terms: [term], normalisation: { kind: 'tokenMean' } })
        assert.ok(Math.abs(loss - truth) < 1e-5 * Math.max(1, truth))
        assertGradients(await engine.gradients(), await readTensors(file))
        await engine.optimStep({ name: 'sgd', learningRate: 0, beta1: 0, beta2: 0, epsilon: 1, weightDecay: 0, maxGradNorm: 0 })
      }
    })
  }

  it('transformers reads the head that the engine trained and saved', async () => {
    const [start, folder] = [pathOf('start'), pathOf('trained')]
    await writeCheckpoint(start, checkpoints['Qwen3, head norms, untied head, bfloat16']!, 7)
    await engine.loadModel({ kind: 'folder', folder: start })
    const sequences: TrainSequence[] = trainSequences(VOCABULARY_SIZE, await engine.logprobs(tokenSequences(VOCABULARY_SIZE)))
    for (let i = 0; i < 3; i++) {
      await engine.forwardBackward(sequences, { terms: HEAD_TERMS, normalisation: { kind: 'tokenMean' } })
      await engine.optimStep({ name: 'adamw', learningRate: 0.02, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 })
    }
    await engine.save(folder, { optimizer: false, dtype: 'float32' })
    assertHeads(await engine.headValues(sequences), await reference('reward_heads', { folder, sequences, without: ['lm_head.weight'] }))
  })
})
