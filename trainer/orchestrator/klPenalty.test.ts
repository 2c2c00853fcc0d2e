import assert from 'node:assert/strict'
import { createFakeEngine } from '../engines/fake/fakeEngine.ts'
import type { Rollout } from '../protocol/rollout.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { runTrainer } from './runTrainer.ts'
import { testRun } from './run.fixture.ts'
import type { TestRun } from './run.fixture.ts'

describe('KL to the stage’s first policy', () => {
  let run: TestRun
  afterEach(() => run.remove())

  /** Rollouts of the last step, and their log-probabilities under the weights that the stage started from. */
  async function train(kl: NonNullable<RunFileInput['regulariser']>['kl'], filter: RunFileInput['filter'] = {}): Promise<{ rows: Rollout[]; reference: readonly (readonly number[])[] }> {
    run = await testRun({ steps: 4, checkpoint: { every: 1, keep: 1 }, regulariser: { kl }, filter })
    const { parts, directory } = await run.open()
    await runTrainer(parts)
    const rows = (await directory.rollouts.readStep({ kind: 'train', step: 4 }))!
    const start = directory.checkpoints.list().find(({ checkpoint }) => checkpoint.stageStep === 0)
    assert.ok(start, 'the checkpoint that resuming takes the reference from is kept')
    const engine = createFakeEngine()
    await engine.load(start.directory, { optimizer: false })
    const scored = await engine.logprobs(rows.map(({ segments }) => ({ prompt: segments[0]!.samplePrompt.tokens, completion: segments[0]!.tokens })))
    directory.close()
    return { rows, reference: scored.map(({ logprobs_T }) => logprobs_T) }
  }

  it('lowers rewards by coefficient times k1 summed over the sequence, as a part of its own', async () => {
    const { rows, reference } = await train({ coefficient: 0.5, estimator: 'k1', place: 'reward' })
    rows.forEach((row, i) => {
      const kl = row.segments[0]!.logprobs.reduce((sum, logprob, t) => sum + logprob - reference[i]![t]!, 0)
      const [answer, part] = row.reward.parts
      assert.equal(part!.name, 'kl')
      assert.ok(Math.abs(part!.score! + kl) < 1e-12)
      assert.ok(Math.abs(row.reward.total! - (answer!.score! - 0.5 * kl)) < 1e-12)
    })
    assert.ok(rows.some(({ reward }) => reward.parts[1]!.score !== 0))
  })

  it('is told over every rollout, those of dropped groups too', async () => {
    const { rows } = await train({ coefficient: 1e-9, estimator: 'k1', place: 'reward' }, { accuracyHigh: 0.6 })
    const told = run.events.filter((event) => event.type === 'stepFinished').at(-1)
    assert.ok(told?.type === 'stepFinished' && told.metrics['groups/kept']! < 1 && told.metrics['groups/kept']! > 0)
    const total = rows.reduce((sum, { reward }) => sum - reward.parts[1]!.score!, 0)
    const tokens = rows.reduce((sum, { segments }) => sum + segments[0]!.tokens.length, 0)
    assert.ok(Math.abs(told.metrics['kl/k1']! - total / tokens) < 1e-12)
  })

  it('filters groups by the task’s own reward, not by the penalty', async () => {
    const { rows } = await train({ coefficient: 0.5, estimator: 'k1', place: 'reward' })
    const groups = new Map<string, Rollout[]>()
    for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row])
    for (const group of groups.values()) {
      const uniform = new Set(group.map(({ reward }) => reward.parts[0]!.score)).size === 1
      assert.equal(group[0]!.filter!.kept, !uniform)
    }
  })

  it('keeps the start of each stage of which a checkpoint is kept: the newest may turn out to be damaged', async () => {
    const stage = { steps: 4, regulariser: { kl: { coefficient: 0.1 } } }
    run = await testRun({ checkpoint: { every: 2, keep: 2 }, stages: [{ name: 'one', ...stage }, { name: 'two', ...stage, steps: 2 }] })
    const { parts, directory } = await run.open()
    await runTrainer(parts)
    const kept = directory.checkpoints.list().map(({ checkpoint: { stage: name, stageStep } }) => `${name} ${stageStep}`)
    directory.close()
    assert.deepEqual(kept, ['one 0', 'one 2', 'two 0', 'two 2'])
  })

  it('leaves rewards alone in the loss and reports the divergence', async () => {
    const { rows } = await train({ coefficient: 0.5, estimator: 'k3', place: 'loss' })
    assert.ok(rows.every(({ reward }) => reward.parts.length === 1))
    const last = run.events.filter((event) => event.type === 'stepFinished').at(-1)
    assert.ok(last?.type === 'stepFinished' && last.metrics['kl/k3']! > 0)
  })
})
