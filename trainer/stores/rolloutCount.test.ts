import assert from 'node:assert/strict'
import { join } from 'node:path'
import { newRun, rollout, temporaryFolder } from './fixtures.ts'
import { countTrainingRollouts } from './rolloutCount.ts'
import { createRun } from './runDirectory.ts'

describe('countTrainingRollouts', () => {
  it('counts those of shards, sealed steps and open ones, and no evaluations', async () => {
    const directory = join(temporaryFolder(), 'run')
    assert.equal(await countTrainingRollouts(directory), 0)
    const run = await createRun(newRun(directory))
    for (const step of [1, 2, 3]) {
      const records = [0, 1].map((sample) => rollout({ step, sample, tokens: 4 }))
      const open = run.rollouts.openStep({ kind: 'train', step })
      records.forEach((record) => open.append(record))
      if (step < 3) open.seal(records)
      if (step === 1) await run.rollouts.compact({ throughStep: 1, all: true })
    }
    const evaluated = { ...rollout({ step: 3, sample: 9, tokens: 4 }), kind: 'evaluation' as const }
    const evaluation = run.rollouts.openStep({ kind: 'evaluation', step: 3 })
    evaluation.append(evaluated)
    evaluation.seal([evaluated])
    run.close()
    assert.equal(await countTrainingRollouts(directory), 6)
  })
})
