import assert from 'node:assert/strict'
import fc from 'fast-check'
import { alignTo, lowerBound, nearestIndex, nearestStep, slicePositions, unionOfSteps, valuedSteps } from './steps.ts'

const increasing = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }).map((steps) => steps.sort((a, b) => a - b))

describe('steps', () => {
  it('are joined in order, each once', () => {
    fc.assert(
      fc.property(fc.array(increasing, { maxLength: 4 }), (axes) => {
        assert.deepEqual([...unionOfSteps(axes.map((x) => ({ x })))], [...new Set(axes.flat())].sort((a, b) => a - b))
      })
    )
  })

  it('keep the values of a line at its own steps and leave gaps at the others', () => {
    assert.deepEqual(alignTo([1, 2, 3, 5, 8], [2, 8], [0.2, null]), [null, 0.2, null, null, null])
    const steps = [1, 2]
    const values = [3, 4]
    assert.equal(alignTo(steps, steps, values), values)
  })

  it('are found as a linear search finds them', () => {
    fc.assert(
      fc.property(increasing, fc.double({ min: -5, max: 310, noNaN: true }), (steps, value) => {
        const first = steps.findIndex((step) => step >= value)
        assert.equal(lowerBound(steps, value), first < 0 ? steps.length : first)
        const distance = Math.min(...steps.map((step) => Math.abs(step - value)))
        const nearest = nearestIndex(steps, value)
        assert.equal(nearest < 0 ? Infinity : Math.abs(steps[nearest]! - value), distance)
      })
    )
  })

  it('are those at which some line has a value', () => {
    const x = [1, 2, 3, 4]
    assert.deepEqual(valuedSteps([{ x, y: [null, 1, null, null] }, { x: [0, 4], y: [1, 2] }]), [0, 2, 4])
    assert.equal(valuedSteps([{ x, y: [1, 2, 3, 4] }, { x, y: [4, 3, 2, 1] }]), x)
  })

  it('are snapped to from anywhere on their axis, to those in view where some are', () => {
    assert.deepEqual([nearestStep([0, 20, 40], 13.2, null), nearestStep([0, 20, 40], 31, null), nearestStep([0, 20, 40], -3, null)], [20, 40, 0])
    assert.deepEqual([nearestStep([0, 20, 40], 31, { from: 10, to: 35 }), nearestStep([0, 20, 40], 32, { from: 31, to: 33 })], [20, 40])
    assert.equal(nearestStep([], 3, null), null)
  })

  it('of a range come with one more on either side', () => {
    assert.deepEqual(slicePositions([1, 2, 3, 4, 5, 6], { from: 3, to: 4 }), { from: 1, to: 5 })
    assert.deepEqual(slicePositions([1, 2, 3], { from: 0, to: 9 }), { from: 0, to: 3 })
    assert.deepEqual(slicePositions([1, 2, 3], null), { from: 0, to: 3 })
  })
})
