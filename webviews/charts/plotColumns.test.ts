import assert from 'node:assert/strict'
import type { ChartLine } from './chartData.ts'
import { columnsInView, joinLines } from './plotColumns.ts'

const line = (more: Partial<ChartLine>): ChartLine => ({ key: 'a', label: 'a', color: 0, dash: 0, x: [1, 2, 3], y: [1, 2, 3], ...more })

describe('plot columns', () => {
  it('lay the raw values behind a smoothed curve, and a band around', () => {
    const { columns } = joinLines([line({ low: [0, 1, 2], high: [2, 3, 4] })], { smoothing: 0.5, stacked: false })
    assert.deepEqual(columns.map(({ role }) => role), ['high', 'low', 'raw', 'curve'])
    assert.deepEqual(columns[2]!.values, [1, 2, 3])
    assert.deepEqual(joinLines([line({})], { smoothing: 0, stacked: false }).columns.map(({ role }) => role), ['curve'])
  })

  it('never smooth evaluations, whose bounds are whiskers', () => {
    const { columns } = joinLines([line({ sparse: true, low: [0, 1, 2], high: [2, 3, 4] })], { smoothing: 0.9, stacked: false })
    assert.deepEqual(columns.map(({ role, values }) => [role, values]), [['curve', [1, 2, 3]]])
  })

  it('stack parts; a missing part is 0 where another has a value', () => {
    const { x, columns } = joinLines([line({}), line({ x: [2, 3, 4], y: [10, null, 30] })], { smoothing: 0.9, stacked: true })
    assert.deepEqual(x, [1, 2, 3, 4])
    assert.deepEqual(columns.map(({ values }) => values), [[1, 2, 3, null], [1, 12, 3, 30]])
  })

  it('run lines of few points on to the edges of what is in view', () => {
    const steps = Array.from({ length: 11 }, (_, i) => i)
    const joined = joinLines([line({ x: steps, y: steps }), line({ x: [0, 10], y: [0, 1], sparse: true })], { smoothing: 0, stacked: false })
    const { x, columns } = columnsInView(joined, { from: 4, to: 6 }, 1000)
    assert.deepEqual(x, [3, 4, 5, 6, 7])
    assert.deepEqual(columns[1]!.values.map((value) => value?.toFixed(6)), ['0.300000', undefined, undefined, undefined, '0.700000'])
  })
})
