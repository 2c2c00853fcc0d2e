import assert from 'node:assert/strict'
import { rerankFigures } from './rerank.ts'
import type { RankedSample } from './rerank.ts'

const sample = (problemId: string, answer: string | null, score: number | null, correct: boolean | null = answer === 'right'): RankedSample => ({ problemId, answer, score, correct })
const valuesOf = (samples: readonly RankedSample[]): number[] => {
  const { majority, bestOfN, weightedMajority } = rerankFigures(samples, 1)!
  return [majority.value, bestOfN.value, weightedMajority.value]
}

describe('choosing among samples', () => {
  it('takes the most frequent answer, the best sample, and the answer of most weight', () => {
    const samples = [sample('p', 'wrong', 0.2), sample('p', 'wrong', 0.25), sample('p', 'wrong', 0.3), sample('p', 'right', 0.4), sample('p', 'right', 0.45)]
    assert.deepEqual(valuesOf(samples), [0, 1, 1])
    const confident = [sample('p', 'right', 0.4), sample('p', 'right', 0.4), sample('p', 'wrong', 0.7)]
    assert.deepEqual(valuesOf(confident), [1, 0, 1])
  })

  it('is even between equals', () => {
    const tied = [sample('p', 'right', 0.5), sample('p', 'wrong', 0.5)]
    assert.deepEqual(valuesOf(tied), [0.5, 0.5, 0.5])
    const [three] = [[sample('p', 'right', 0.5), sample('p', 'wrong', 0.5), sample('p', 'other', 0.5)]]
    assert.ok(valuesOf(three!).every((value) => Math.abs(value - 1 / 3) < 1e-12))
  })

  it('gives no vote to a sample without an answer, and none for a problem without any', () => {
    assert.deepEqual(valuesOf([sample('p', null, 0.1, false), sample('p', null, 0.1, false), sample('p', 'right', 0.2)]), [1, 1, 1])
    assert.deepEqual(valuesOf([sample('p', null, 0.9, false)]), [0, 0, 0])
  })

  it('leaves out what could not be scored', () => {
    const unscored = [sample('q', 'right', null), sample('q', 'right', 0.5, null)]
    assert.equal(rerankFigures(unscored, 1), undefined)
    const figures = rerankFigures([...unscored, sample('p', 'right', 0.3)], 1)!
    assert.deepEqual([figures.problems, figures.samplesPerProblem], [1, 1])
  })

  it('pairs the differences over problems', () => {
    const problem = (id: string): RankedSample[] => [sample(id, 'wrong', 0.1), sample(id, 'wrong', 0.1), sample(id, 'right', 0.9)]
    const { bestOfNOverMajority, weightedOverMajority } = rerankFigures([...problem('p'), ...problem('q')], 1)!
    assert.deepEqual(bestOfNOverMajority, { value: 1, low: 1, high: 1 })
    assert.deepEqual(weightedOverMajority, { value: 1, low: 1, high: 1 })
  })
})
