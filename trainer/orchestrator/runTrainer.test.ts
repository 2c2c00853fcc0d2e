import assert from 'node:assert/strict'
import { runTrainer } from './runTrainer.ts'
import { testRun } from './run.fixture.ts'
import type { TestRun } from './run.fixture.ts'

describe('runTrainer', () => {
  let run: TestRun
  afterEach(() => run.remove())

  it('lifts held-out pass@1 on a policy that can learn', async () => {
    run = await testRun({ steps: 30 })
    const { parts, directory } = await run.open()
    const summary = await runTrainer(parts)
    directory.close()
    assert.equal(summary.state, 'finished')
    assert.ok(summary.heldOut.before!.passAt1.value < 0.3, `before ${summary.heldOut.before!.passAt1.value}`)
    assert.ok(summary.heldOut.after!.passAt1.value > 0.8, `after ${summary.heldOut.after!.passAt1.value}`)
    assert.ok(summary.gain!.low > 0)
    assert.equal(summary.cost.rollouts, 30 * 24)
  })
})
