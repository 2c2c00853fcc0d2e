import assert from 'node:assert/strict'
import { LabError } from '../errors.ts'
import { EvaluationResult } from '../protocol/summary.ts'
import { evaluateRollouts, gainInPassAt1 } from './evaluateRollouts.ts'
import type { GradedSample } from './gradedSample.ts'

const sample = (problemId: string, correct: boolean | null, over: Partial<GradedSample> = {}): GradedSample => ({
  problemId, correct, tokens: 10, truncated: false, steps: [], ...over
})
const samplesOf = (problemId: string, verdicts: readonly (boolean | null)[]): GradedSample[] => verdicts.map((verdict) => sample(problemId, verdict))
const evaluate = (samples: readonly GradedSample[], greedy: readonly GradedSample[] = [], k = [1, 2, 4]) =>
  evaluateRollouts({ environment: 'sums', temperature: 1, samples, greedy, k, seed: 7 })

describe('evaluateRollouts', () => {
  it('averages the unbiased pass@k of each problem', () => {
    const result = evaluate([...samplesOf('a', [true, false, false, false]), ...samplesOf('b', [true, true, false, false])])
    assert.equal(result.passAt1.value, (1 / 4 + 2 / 4) / 2)
    assert.ok(Math.abs((result.passAtK['2']?.value ?? 0) - (1 / 2 + 5 / 6) / 2) < 1e-12)
    assert.equal(result.passAtK['4']?.value, 1)
    assert.deepEqual([result.problems, result.samplesPerProblem], [2, 4])
    assert.ok(EvaluationResult.safeParse(result).success)
  })

  it('leaves what cannot be scored out of numerator and denominator', () => {
    const result = evaluate([...samplesOf('a', [true, null, null]), ...samplesOf('b', [null, null]), ...samplesOf('c', [false, false])])
    assert.equal(result.passAt1.value, 0.5)
    assert.equal(result.problems, 2)
    assert.equal(result.passAtK['2']?.value, 0)
    assert.equal('4' in result.passAtK, false)
  })

  it('has pass@16 apart where it was asked for', () => {
    const sixteen = samplesOf('a', Array.from({ length: 16 }, (_, i) => i === 3))
    assert.equal(evaluate(sixteen, [], [1, 16]).passAt16?.value, 1)
    assert.equal(evaluate(sixteen, [], [1]).passAt16, undefined)
  })

  it('has Wilson bounds for greedy accuracy, and none where it was not asked for', () => {
    const greedy = [sample('a', true), sample('b', true), sample('c', null)]
    const { greedy: accuracy } = evaluate(samplesOf('a', [true]), greedy)
    assert.equal(accuracy?.value, 1)
    assert.ok((accuracy?.low ?? 1) < 0.5)
    assert.equal(evaluate(samplesOf('a', [true])).greedy, undefined)
  })

  it('measures step truth whatever the answer, over checkable steps', () => {
    const steps = [{ ok: true }, { ok: false }, { ok: null }, { ok: true }]
    const result = evaluate([sample('a', true, { steps }), sample('b', false, { steps: [{ ok: true }] })])
    assert.equal(result.stepTruth?.value, 3 / 4)
    assert.equal(evaluate(samplesOf('a', [true])).stepTruth, undefined)
  })

  it('counts truncation and tokens over all samples', () => {
    const result = evaluate([sample('a', true, { tokens: 4 }), sample('a', false, { tokens: 8, truncated: true })])
    assert.deepEqual([result.truncated, result.meanTokens], [0.5, 6])
  })

  it('refuses to give figures where nothing was scorable', () => {
    assert.throws(() => evaluate(samplesOf('a', [null])), (error) => LabError.is(error, 'evaluation/nothing-scorable'))
    assert.throws(() => evaluate([]), (error) => LabError.is(error, 'evaluation/nothing-scorable'))
  })
})

describe('gainInPassAt1', () => {
  it('pairs problems by id and drops those scored only once', () => {
    const before = [...samplesOf('a', [true, false]), ...samplesOf('b', [false]), ...samplesOf('c', [true])]
    const after = [...samplesOf('b', [true]), ...samplesOf('a', [true, true]), ...samplesOf('c', [null])]
    assert.equal(gainInPassAt1(before, after, 1).value, (0.5 + 1) / 2)
  })

  it('refuses problems without a pair', () => {
    assert.throws(() => gainInPassAt1(samplesOf('a', [true]), samplesOf('b', [true]), 1), (error) => LabError.is(error, 'evaluation/nothing-scorable'))
  })
})
