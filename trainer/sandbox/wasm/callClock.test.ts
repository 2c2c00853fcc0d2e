import assert from 'node:assert/strict'
import { CallClock } from './callClock.ts'

describe('CallClock', () => {
  const clockAt = (seconds: number, cpuSeconds: number): CallClock => {
    const [wall, cpu] = [[100, 100 + seconds], [7, 7 + cpuSeconds]].map(([first, ...later]) => {
      const told = [first!]
      return () => told.shift() ?? later[0]!
    })
    return new CallClock(wall, cpu)
  }

  it('counts from its start', () => {
    const clock = clockAt(3, 0.5)
    assert.deepEqual([clock.seconds, clock.cpuSeconds], [3, 0.5])
  })

  it('is late once the CPU time is over, or four times the wall time', () => {
    assert.deepEqual([[1.9, 1.9], [2.1, 2.05], [7.9, 0.1], [8.1, 0]].map(([wall, cpu]) => clockAt(wall!, cpu!).isLate(2)), [false, true, false, true])
  })

  it('lays the CPU time of other threads to nobody whose wall time is not over', () => assert.equal(clockAt(1.5, 6).isLate(2), false))
})
