import assert from 'node:assert/strict'
import { liveTrial } from '../views/liveTrial.ts'

describe('a run that is being written', function () {
  this.timeout(300_000)

  it('is shown as it grows, every rollout of it', async () => {
    const trial = await liveTrial(1000, 5)
    assert.ok(trial.rollouts >= 5000)
    assert.equal(trial.shown, trial.rollouts)
    assert.ok(Number.isFinite(trial.rolloutsBehind) && Number.isFinite(trial.stepsBehind), 'what was written last was never shown')
    assert.ok(trial.loopDelays.length > 0)
  })
})
