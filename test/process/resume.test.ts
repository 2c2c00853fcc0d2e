import assert from 'node:assert/strict'
import { resumeTrials } from './resumeTrial.ts'

const TRIALS = 5
const SEED = 20

describe('process: kill -9 of trainer or engine, then resume', function () {
  this.timeout(300_000)

  it(`ends as the undisturbed run at ${TRIALS} random moments: same bits, no rollout lost or doubled`, async () => {
    const trials = await resumeTrials(TRIALS, SEED)
    assert.deepEqual(trials.map(({ victim, moment, differences }) => ({ victim, moment, differences })).filter(({ differences }) => differences.length > 0), [])
    assert.deepEqual(new Set(trials.map(({ victim }) => victim)), new Set(['trainer', 'engine']))
  })
})
