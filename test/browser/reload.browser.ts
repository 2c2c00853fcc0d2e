import assert from 'node:assert/strict'
import { reloadTrial, ROLLOUTS_PER_STEP } from '../views/reloadTrial.ts'

const RELOADS = 2

describe('window reload in the middle of a run', function () {
  this.timeout(300_000)

  it(`begins and goes on through ${RELOADS + 1} reloads, attached again, with every rollout recorded once`, async () => {
    const { attached, steps, leaving } = await reloadTrial(RELOADS)
    assert.equal(attached.length, RELOADS)
    assert.ok(steps.length > 0, 'no step was sealed')
    assert.deepEqual(steps.filter(({ rollouts, distinct }) => rollouts !== ROLLOUTS_PER_STEP || distinct !== rollouts), [])
    assert.deepEqual(leaving, [])
  })
})
