import assert from 'node:assert/strict'
import type { ChartLine } from './chartData.ts'
import { describeLine, tableSteps, valuesAt, valueText } from './description.ts'

const line: ChartLine = { key: 'r', label: 'mean', color: 0, dash: 0, x: [1, 2, 3, 4], y: [0.2, null, 0.8, 0.5] }
const points: ChartLine = { ...line, x: [0, 4], y: [0.1, 0.6], low: [0, 0.5], high: [0.2, 0.7], sparse: true }

describe('charts in words', () => {
  it('say last, lowest and highest of what is in view', () => {
    assert.equal(describeLine(line, null), 'mean: last 0.5 at step 4, lowest 0.2 at step 1, highest 0.8 at step 3.')
    assert.equal(describeLine(line, { from: 3, to: 4 }), 'mean: last 0.5 at step 4, lowest 0.5 at step 4, highest 0.8 at step 3.')
    assert.equal(describeLine(line, { from: 2, to: 2 }), 'mean: no values.')
  })

  it('give values at a step; of evaluations the nearest, unless asked exactly', () => {
    assert.deepEqual(valuesAt([line, points], 3).map(valueText), ['0.8', '0.6 (0.5 to 0.7)'])
    assert.deepEqual(valuesAt([line, points], 3).map(({ step }) => step), [3, 4])
    assert.deepEqual(valuesAt([line, points], 3, true).map(valueText), ['0.8', 'none'])
    assert.deepEqual(valuesAt([line], 2).map(valueText), ['none'])
  })

  it('make a table of evenly spaced steps with both ends', () => {
    const long = { ...line, x: Array.from({ length: 1000 }, (_, i) => i + 1) }
    const steps = tableSteps([long], null, 100)
    assert.deepEqual([steps.length, steps[0], steps.at(-1)], [100, 1, 1000])
    assert.deepEqual(tableSteps([line, points], { from: 0, to: 3 }, 100), [0, 1, 2, 3])
  })
})
