import assert from 'node:assert/strict'
import { HostedRun } from './hostedRun.ts'

describe('a hosted run', () => {
  it('waits for a device that another run has, and can be stopped meanwhile', () => {
    const run = new HostedRun('1.0.0', '/runs/a', () => undefined)
    const { waitsForDevice, steering } = run.runControl
    assert.deepEqual([waitsForDevice, steering?.stopRequested], [true, false])
    assert.deepEqual(run.stop(), { applied: true })
    assert.equal(steering?.stopRequested, true)
  })
})
