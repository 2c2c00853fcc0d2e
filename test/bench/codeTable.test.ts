import assert from 'node:assert/strict'
import { CODE_ARMS } from './codeResult.ts'
import type { CodeArm, CodeSeed } from './codeResult.ts'
import { codeRows, codeTable } from './codeTable.ts'
import type { LearningRun } from './learning.ts'

type Figures = Readonly<Partial<Record<CodeArm, readonly [passAt1: number, tokens: number]>>>

const runOf = (seed: number, [passAt1, tokens]: readonly [number, number]): LearningRun => {
  const scores = (value: number): LearningRun['before'] => ({ passAt1: value, greedy: value, passAt16: 0.9, stepTruth: 0.9 })
  return { seed, seconds: 100, sampledTokens: tokens / 2, trainedTokens: tokens / 2, before: scores(0.2), after: scores(passAt1), retention: {}, gemmGflops: 100 }
}

const USUAL: Required<Figures> = { synthesis: [0.45, 1e6], control: [0.18, 1e6], feedback: [0.5, 1e6], verdictOnly: [0.4, 1e6], oneTurn: [0.3, 1e6] }

const seedOf = (seed: number, figures: Figures = {}): CodeSeed => {
  const arms = Object.keys(CODE_ARMS) as CodeArm[]
  return { seed, runs: Object.fromEntries(arms.map((arm) => [arm, runOf(seed, figures[arm] ?? USUAL[arm])])) as CodeSeed['runs'] }
}

const metOf = (...seeds: readonly Figures[]): (boolean | undefined)[] => codeRows(seeds.map((figures, seed) => seedOf(seed, figures))).map(({ met }) => met)

describe('benchmark of executed rewards', () => {
  it('meets its bars where each seed gains, and differences are clear of zero', () => assert.deepEqual(metOf({}, { feedback: [0.52, 1e6] }, {}), [true, true, true]))

  it('falls short where one seed gains too little, or no more than its control', () => {
    assert.equal(metOf({}, { synthesis: [0.34, 1e6] }, {})[0], false)
    assert.equal(metOf({}, { control: [0.46, 1e6] }, {})[0], false)
  })

  it('does not take a difference whose interval holds zero, nor one that cost more tokens, nor a single seed', () => {
    assert.deepEqual(metOf({}, { verdictOnly: [0.6, 1e6] }, {}), [true, false, true])
    assert.deepEqual(metOf({}, { oneTurn: [0.3, 0.9e6] }, {}), [true, true, false])
    assert.deepEqual(metOf({}), [true, false, false])
  })

  it('shows means over the seeds with their intervals', () => {
    const lines = codeTable([seedOf(1), seedOf(2, { synthesis: [0.47, 1e6] })]).split('\n')
    assert.equal(lines.length, 2 + Object.keys(CODE_ARMS).length)
    assert.match(lines[2]!, /^\| function-synthesis \| 20\.0 ± 0\.0 → 46\.0 ± 12\.7 \| \+26\.0 ± 12\.7 \|/)
  })
})
