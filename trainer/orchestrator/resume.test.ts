import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RowKind } from '../protocol/labelRows.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { openRun } from '../stores/runDirectory.ts'
import { dieAt, finalWeights } from './deaths.fixture.ts'
import { PROGRAM_RUN, programParts } from './programs.fixture.ts'
import { runTrainer } from './runTrainer.ts'
import { preferences, rowFiles, solutions, steps } from './rowFiles.fixture.ts'
import { testRun } from './run.fixture.ts'
import type { TestOptions, TestRun } from './run.fixture.ts'

const exportedModel = (run: TestRun): string => readFileSync(join(run.folder, 'model', 'fake-model.json'), 'utf8')

async function finish(run: TestRun, options: TestOptions = {}): Promise<void> {
  const { parts, directory } = await run.open(options)
  const summary = await runTrainer(parts)
  directory.close()
  assert.equal(summary.state, 'finished')
}

/** Every training rollout that counts, without times, with the attempt left out of ids. */
async function countedRollouts(run: TestRun, steps: number): Promise<string[]> {
  const directory = await openRun(run.folder)
  const rows = await Promise.all(Array.from({ length: steps }, (_, i) => directory.rollouts.readStep({ kind: 'train', step: i + 1 })))
  directory.close()
  return rows.flatMap((step) => (step ?? []).filter(({ superseded }) => !superseded).map(({ id, segments, reward }) => JSON.stringify([id, segments, reward]).replaceAll(/(?<="t\d{6})\.\d+-/g, '-')))
}

const factsOf = (run: TestRun): string[] => {
  const lines = readFileSync(join(run.folder, 'events.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { type: string; step: number })
  return lines.filter(({ type }) => type === 'stepFinished').map(({ step }) => `stepFinished ${step}`)
}

async function compareEverywhere(file: Partial<RunFileInput>, steps: number, stride: number, options: TestOptions = {}): Promise<number> {
  const undisturbed = await testRun(file)
  await finish(undisturbed, options)
  const expected = { weights: await finalWeights(undisturbed), rollouts: await countedRollouts(undisturbed, steps) }
  let points = 0
  for (let change = 1; ; change += stride) {
    const run = await testRun(file)
    const died = await dieAt(run, change, options)
    if (died) {
      await finish(run, options)
      assert.equal(await finalWeights(run), expected.weights, `weights after a death at change ${change}`)
      assert.deepEqual(await countedRollouts(run, steps), expected.rollouts, `rollouts after a death at change ${change}`)
      assert.deepEqual(factsOf(run), Array.from({ length: steps }, (_, i) => `stepFinished ${i + 1}`), `events after a death at change ${change}`)
      assert.deepEqual(readdirSync(join(run.folder, 'rollouts')).filter((name) => name.startsWith('open-')), [])
      assert.equal(exportedModel(run), exportedModel(undisturbed), `the exported model after a death at change ${change}`)
      assert.deepEqual(readdirSync(run.folder).filter((name) => name.endsWith('-model')), [])
    }
    run.remove()
    if (!died) break
    points++
  }
  undisturbed.remove()
  return points
}

const small: Partial<RunFileInput> = {
  steps: 3, problemsPerStep: 2, groupSize: 3, sampling: { maxTokens: 2 }, checkpoint: { every: 2, keep: 1 },
  evaluation: { problems: 2, samples: 1, k: [1], every: 2, duringProblems: 1 }
}

describe('resume after a kill', () => {
  const write = rowFiles()

  it('ends with the same bits wherever the process died', async () => {
    assert.ok((await compareEverywhere(small, 3, 1)) > 80)
  })

  it('replays compacted steps to the same bits', async () => {
    const run = await testRun(small)
    const { parts, directory } = await run.open({ compacts: true })
    await runTrainer(parts)
    directory.close()
    const [weights, rollouts] = [await finalWeights(run), await countedRollouts(run, 3)]
    assert.ok(readdirSync(join(run.folder, 'rollouts')).every((name) => name.endsWith('.parquet')))
    for (const step of ['000002', '000003']) rmSync(join(run.folder, 'checkpoints', `step-${step}`), { recursive: true })
    await finish(run)
    assert.equal(await finalWeights(run), weights)
    assert.deepEqual(await countedRollouts(run, 3), rollouts)
    run.remove()
  })

  it('does so with a supervised stage, a KL penalty in the reward and several updates a step', async () => {
    const file: Partial<RunFileInput> = {
      ...small,
      updatesPerStep: 2,
      regulariser: { kl: { coefficient: 0.05, estimator: 'k1', place: 'reward' } },
      stages: [{ name: 'sft', steps: 4, algorithm: { name: 'sft' }, demonstrations: { batchSize: 4 } }, { name: 'rl' }]
    }
    assert.ok((await compareEverywhere(file, 3, 3)) > 20)
  })

  it('does so with stages on solutions, preferences with a reference, and steps', async () => {
    const data = (kind: RowKind, rows: readonly object[]): NonNullable<RunFileInput['data']> => ({ kind, file: write(`${kind}.jsonl`, rows), batchSize: 3 })
    const file: Partial<RunFileInput> = {
      ...small, checkpoint: { every: 1, keep: 1 },
      stages: [
        { name: 'sft', steps: 6, algorithm: { name: 'sft' }, data: data('solutions', solutions) },
        { name: 'dpo', steps: 7, algorithm: { name: 'dpo', rationaleWeight: 1 }, data: data('preferences', preferences) },
        { name: 'prm', steps: 6, algorithm: { name: 'prm' }, data: data('steps', steps) },
        { name: 'rl' }
      ]
    }
    assert.ok((await compareEverywhere(file, 3, 5)) > 20)
  })

  it('does so with refinements under critiques that the model writes', async () => {
    const file: Partial<RunFileInput> = {
      ...small, algorithm: { name: 'critique-grpo' }, updatesPerStep: 2, rollouts: { strategy: 'critiqueRefine', critic: 'policy', attempts: 2, keep: 1 }
    }
    assert.ok((await compareEverywhere(file, 3, 3)) > 20)
  })

  it('does so with critics that are rewarded for what comes of their critiques', async () => {
    const file: Partial<RunFileInput> = {
      ...small, environment: { name: 'echo', options: { judge: true } }, rollouts: { strategy: 'critic' }, rewards: [{ name: 'refined' }, { name: 'answer', weight: 0.5 }]
    }
    assert.ok((await compareEverywhere(file, 3, 3)) > 20)
  })

  it('does so with programs that are run and told of over several turns', async () => {
    const file: Partial<RunFileInput> = { ...small, ...PROGRAM_RUN, updatesPerStep: 2, regulariser: { kl: { coefficient: 0.05, estimator: 'k3', place: 'loss' } } }
    assert.ok((await compareEverywhere(file, 3, 3, { parts: programParts().parts })) > 20)
  })

  it('does so with a KL penalty in the loss and TOPR’s ratios', async () => {
    const file: Partial<RunFileInput> = {
      ...small, algorithm: { name: 'topr' }, updatesPerStep: 2, filter: { dropZeroVariance: false },
      regulariser: { kl: { coefficient: 0.05, estimator: 'k3', place: 'loss' }, entropyBonus: 0.01 }
    }
    assert.ok((await compareEverywhere(file, 3, 3)) > 20)
  })
})
