import assert from 'node:assert/strict'
import type { LearningRun } from './learning.ts'
import { learningTable, overSeeds, recipesTable } from './learningTable.ts'
import { readmeText } from './report.ts'
import type { BenchRecord } from './report.ts'

const record = (rows: BenchRecord['rows']): BenchRecord => ({
  version: 1, name: 'training', date: '2026-01-01T00:00:00.000Z', rows, raw: {}, commands: ['npm run bench -- training'],
  machine: { cpu: 'some CPU', cores: 2, memoryBytes: 8e9, system: 'linux', node: 'v20', onnxruntime: '1.30.0', loadBefore: 0 }
})

describe('bench: report', () => {
  it('shows a figure that falls short as it is, with its note', () => {
    const text = readmeText([record([{ what: 'training, 5M', ours: '1', theirs: '2', ratio: 0.5, bar: '≥ 1', met: false }])], { 'training, 5M': 'a reason' })
    assert.ok(text.includes('| training, 5M | 1 | 2 | 0.50 | ≥ 1 | **no** | a reason |'), text)
  })

  it('says neither yes nor no of what was not measured', () => {
    const text = readmeText([record([{ what: 'training, 5M', ours: 'left out', bar: '≥ 1' }])], {})
    assert.ok(text.includes('| training, 5M | left out | – | – | ≥ 1 | – |  |'), text)
  })
})

describe('bench: learning table', () => {
  const run = (seed: number, before: number, after: number): LearningRun => {
    const scores = (passAt1: number): LearningRun['before'] => ({ passAt1, greedy: passAt1, passAt16: null, stepTruth: null })
    return { seed, seconds: 60, sampledTokens: 1e6, trainedTokens: 1e6, before: scores(before), after: scores(after), retention: {}, gemmGflops: 100 }
  }

  it('gives the t-interval over three seeds', () => {
    // Mean 2, sample deviation 1, t(0.975, 2) = 4.303: 4.303 / √3.
    const { mean, half } = overSeeds([1, 2, 3])
    assert.equal(mean, 2)
    assert.ok(Math.abs(half - 2.4844) < 1e-3)
  })

  it('sets recipes beside each other, the largest gain first', () => {
    const [, , first, second] = recipesTable([{ recipe: 'slow', runs: [run(1, 0.2, 0.3)] }, { recipe: 'quick', runs: [run(1, 0.2, 0.5), run(2, 0.2, 0.5)] }]).split('\n')
    assert.deepEqual([first, second], ['| `quick` | 20.0 → 50.0 | +30.0 ± 0.0 | 20.0 → 50.0 | – → – | – → – | 1.00 M |', '| `slow` | 20.0 → 30.0 | +10.0 | 20.0 → 30.0 | – → – | – → – | 1.00 M |'])
  })

  it('sets a sample against its control and leaves out what was not measured', () => {
    const table = learningTable([{ sample: 'some', seeds: [1, 2], runs: [run(1, 0.2, 0.5), run(2, 0.2, 0.5)], controls: [run(1, 0.2, 0.2), run(2, 0.2, 0.2)] }])
    assert.ok(table.includes('| some | 20.0 → 50.0 | 20.0 → 50.0 | – → – | – → – | +30.0 ± 0.0 | +0.0 ± 0.0 | 1.00 M / 1.00 M | 60 |'), table)
  })
})
