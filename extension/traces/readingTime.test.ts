import assert from 'node:assert/strict'
import { ReadingTime } from './readingTime.ts'

describe('reading time', () => {
  let now = 0
  const time = (): ReadingTime => {
    now = 5_000
    return new ReadingTime(() => now)
  }

  it('counts from when a trace was shown', () => {
    const reading = time()
    reading.alive('a')
    now += 4_250
    assert.equal(reading.seconds('a'), 4.3)
    assert.equal(reading.seconds('b'), 0)
  })

  it('leaves out pauses and what was done elsewhere', () => {
    const reading = time()
    reading.alive('a')
    now += 60_000
    reading.alive('a')
    now += 60_001
    reading.alive('a')
    now += 1_000
    reading.alive('b')
    now += 2_000
    reading.alive(undefined)
    now += 3_000
    reading.alive('a')
    assert.equal(reading.seconds('a'), 61)
    assert.equal(reading.seconds('b'), 2)
  })

  it('begins anew when it forgets', () => {
    const reading = time()
    reading.alive('a')
    now += 2_000
    assert.equal(reading.seconds('a'), 2)
    reading.forget('a')
    now += 1_000
    assert.equal(reading.seconds('a'), 1)
  })
})
