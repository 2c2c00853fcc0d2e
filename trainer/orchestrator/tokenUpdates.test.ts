import assert from 'node:assert/strict'
import type { ForwardBackwardResult, Loss } from '../engines/engine.ts'
import type { Rollout } from '../protocol/rollout.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { readTokenUpdate } from '../stores/tokenUpdates.ts'
import { createRunControl } from './cancellation.ts'
import { runTrainer } from './runTrainer.ts'
import { testRun } from './run.fixture.ts'
import { isNotable, tokenUpdatesOf } from './tokenUpdates.ts'
import type { TrainItem } from './trainingBatch.ts'

const item = (more: Partial<TrainItem['sequence']>): TrainItem =>
  ({ id: 't000001.1-000-00', behaviourLogprobs_T: [-1, -2, -3], sequence: { prompt: [1], completion: [1, 2, 3], ...more } }) as unknown as TrainItem
const now = (...logprobs_T: number[]): ForwardBackwardResult => ({ logprobs: [{ logprobs_T, entropies_T: [] }] }) as unknown as ForwardBackwardResult
const lossOf = (term: object): Loss => ({ terms: [{ kind: 'policyGradient', weight: 1, ...term } as Loss['terms'][number]], normalisation: { kind: 'tokenMean' } })
const clipped = (advantages_T: number[], term: object, ...logprobs_T: number[]) => tokenUpdatesOf([item({ advantages_T })], now(...logprobs_T), lossOf(term))[0]!.clipped

describe('token updates', () => {
  const TOKEN = { ratio: 'token', clipLow: 0.2, clipHigh: 0.2 }

  it('give the ratio of each token, 1 where nothing is trained', () => {
    const [update] = tokenUpdatesOf([item({ mask_T: [1, 0, 1], advantages_T: [1, 1, 1] })], now(-1 + Math.log(1.5), -9, -3 - Math.log(4)), lossOf({ ratio: 'none' }))
    assert.deepEqual(Object.keys(update!), ['id', 'ratios'])
    for (const [t, ratio] of [1.5, 1, 0.25].entries()) assert.ok(Math.abs(update!.ratios[t]! - ratio) < 1e-15, `${update!.ratios[t]} is not ${ratio}`)
  })

  it('are a number where the ratio has none', () => {
    const [update] = tokenUpdatesOf([item({ advantages_T: [1, 1, 1] })], now(800, -2, -3), lossOf(TOKEN))
    assert.deepEqual(update, { id: 't000001.1-000-00', ratios: [Number.MAX_VALUE, 1, 1], clipped: [1, 0, 0] })
  })

  it('are clipped where the ratio has left the bounds in the direction of the advantage', () => {
    const far = [-1 + Math.log(1.21), -2 + Math.log(0.79), -3 + Math.log(1.19)] as const
    assert.deepEqual(clipped([1, 1, 1], TOKEN, ...far), [1, 0, 0])
    assert.deepEqual(clipped([-1, -1, -1], TOKEN, ...far), [0, 1, 0])
    assert.deepEqual(clipped([0, 0, 0], TOKEN, ...far), [0, 0, 0])
    assert.deepEqual(clipped([-1, -1, -1], { ratio: 'token', clipHigh: 0.2 }, ...far), [0, 0, 0])
  })

  it('are clipped together where the ratio is of the sequence', () => {
    assert.deepEqual(clipped([1, 1, 1], { ratio: 'sequence', clipLow: 0.1, clipHigh: 0.1 }, -1 + Math.log(2), -2, -3), [1, 1, 1])
    assert.deepEqual(clipped([1, 1, 1], { ratio: 'sequence', clipLow: 0.3, clipHigh: 0.3 }, -1 + Math.log(2), -2, -3), [0, 0, 0])
  })

  it('are notable beyond what rounding makes', () => {
    assert.deepEqual([[1, 1.009], [1, 0.98], []].map((ratios) => isNotable([{ id: 'a', ratios }])), [false, true, false])
  })

  for (const [name, algorithm] of [['token', { name: 'grpo' }], ['sequence', { name: 'grpo', ratio: 'sequence', clipLow: 0.05, clipHigh: 0.05 }]] as const) {
    it(`of a run tell of as many clipped tokens as its metrics, by ${name}`, async () => {
      const file: Partial<RunFileInput> = { steps: 3, updatesPerStep: 3, algorithm, optimizer: { learningRate: 1, warmupSteps: 0 }, checkpoint: { every: 1, keep: 9 } }
      const run = await testRun(file)
      try {
        const { parts, directory } = await run.open()
        await runTrainer(parts, createRunControl())
        let cut = 0
        for (const event of run.events) {
          // Where no group was kept there was no update.
          if (event.type !== 'stepFinished' || event.metrics['ratio/clippedLow'] === undefined) continue
          const rows = (await directory.rollouts.readStep({ kind: 'train', step: event.step }))!
          const [low, high] = [sharesOf(run.folder, rows, (advantage) => advantage < 0), sharesOf(run.folder, rows, (advantage) => advantage > 0)]
          assert.ok(Math.abs(low - event.metrics['ratio/clippedLow']) < 1e-12, `step ${event.step}: ${low} is not ${event.metrics['ratio/clippedLow']}`)
          assert.ok(Math.abs(high - event.metrics['ratio/clippedHigh']!) < 1e-12, `step ${event.step}: ${high} is not ${event.metrics['ratio/clippedHigh']}`)
          cut += low + high
        }
        directory.close()
        assert.ok(cut > 0, 'nothing was clipped')
      } finally {
        run.remove()
      }
    })
  }
})

/** Of the tokens that a step trained on, those that its updates cut, with an advantage of one sign. */
function sharesOf(folder: string, rows: readonly Rollout[], of: (advantage: number) => boolean): number {
  let [trained, cut] = [0, 0]
  for (const { id, segments: [segment] } of rows) {
    const update = readTokenUpdate(folder, id)
    trained += segment!.mask.filter((flag) => flag === 1).length
    cut += update?.clipped?.filter((flag, t) => flag === 1 && of(segment!.advantages![t]!)).length ?? 0
  }
  return cut / trained
}
