import assert from 'node:assert/strict'
import fc from 'fast-check'
import { contentRoom, offsetShowing, scrolledOffset, scrollScale, toContent, toScroll } from './scrollScale.ts'

const ROW = 42
const sizes = fc.record({ rows: fc.integer({ min: 0, max: 5_000_000 }), viewport: fc.integer({ min: 42, max: 4000 }) })

describe('scrollScale', () => {
  it('reaches row 999,999 of 1,000,000 within what a browser can scroll', () => {
    const scale = scrollScale(1_000_000 * ROW, 600)
    assert.ok(scale.scroll <= 16_777_216)
    const offset = toContent(scale, scale.scroll - scale.viewport)
    assert.equal(Math.floor((offset + scale.viewport) / ROW) - 1, 999_999)
  })

  it('maps both ways to the same place', () => {
    fc.assert(fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true }), ({ rows, viewport }, share) => {
      const scale = scrollScale(rows * ROW, viewport)
      const offset = share * contentRoom(scale)
      assert.ok(Math.abs(toContent(scale, toScroll(scale, offset)) - offset) < 1e-3)
    }))
  })

  it('leaves short lists as they are', () => {
    const scale = scrollScale(100 * ROW, 600)
    assert.equal(toContent(scale, 1234), 1234)
    assert.equal(scrolledOffset(scale, 0, 0, 77), 77)
  })

  it('moves row by row under the wheel and jumps under the bar', () => {
    const scale = scrollScale(1_000_000 * ROW, 600)
    const middle = toContent(scale, 5_000_000)
    assert.equal(scrolledOffset(scale, middle, 5_000_000, 5_000_100), middle + 100)
    assert.equal(scrolledOffset(scale, middle, 5_000_000, 9_000_000), toContent(scale, 9_000_000))
  })

  it('ends at the ends, however the wheel got there', () => {
    const scale = scrollScale(1_000_000 * ROW, 600)
    assert.equal(scrolledOffset(scale, 5000, 100, 0), 0)
    assert.equal(scrolledOffset(scale, 100, scale.scroll - 700, scale.scroll - 600), contentRoom(scale))
  })

  it('never leaves the content', () => {
    fc.assert(fc.property(sizes, fc.integer(), fc.integer(), ({ rows, viewport }, row, from) => {
      const scale = scrollScale(rows * ROW, viewport)
      const start = Math.min(Math.max(0, from), contentRoom(scale))
      const offset = offsetShowing(scale, start, row * ROW, ROW)
      assert.ok(offset >= 0 && offset <= contentRoom(scale))
    }))
  })

  it('shows a row with the least movement', () => {
    const scale = scrollScale(1000 * ROW, 420)
    assert.equal(offsetShowing(scale, 100 * ROW, 105 * ROW, ROW), 100 * ROW)
    assert.equal(offsetShowing(scale, 100 * ROW, 50 * ROW, ROW), 50 * ROW)
    assert.equal(offsetShowing(scale, 100 * ROW, 110 * ROW, ROW), 101 * ROW)
  })
})
