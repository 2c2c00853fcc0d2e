import assert from 'node:assert/strict'
import { Limits } from '../../protocol/execution.ts'
import { CallClock } from '../wasm/callClock.ts'
import { Hearing } from './hearing.ts'

describe('Hearing', () => {
  const now = { wall: 0, cpu: 0 }
  const hearing = (limits: Partial<Limits>): Hearing => {
    Object.assign(now, { wall: 0, cpu: 0 })
    return new Hearing('call', Limits.parse(limits), new CallClock(() => now.wall, () => now.cpu))
  }

  it('stops nobody whom the machine gave no time, until it is four times too late', () => {
    const heard = hearing({ wallSeconds: 2 })
    Object.assign(now, { wall: 7.9, cpu: 1.9 })
    assert.equal(heard.mustStop(), false)
    now.wall = 8.1
    assert.equal(heard.mustStop(), true)
    assert.deepEqual([heard.report('good').end.ended, heard.report('good').limitsHit], ['timeout', ['wallSeconds']])
  })

  it('stops who has had its time, of the wall or of the CPU', () => {
    for (const [limits, hit] of [[{ wallSeconds: 2, cpuSeconds: 9 }, 'wallSeconds'], [{ wallSeconds: 9, cpuSeconds: 2 }, 'cpuSeconds']] as const) {
      const heard = hearing(limits)
      Object.assign(now, { wall: 2.2, cpu: 2.1 })
      assert.equal(heard.mustStop(), true)
      assert.deepEqual(heard.report('good').limitsHit, [hit])
    }
  })
})
