import assert from 'node:assert/strict'
import { completionsPerStep } from './completionsPerStep.ts'

const size = { problems: 3, groupSize: 4 }

describe('completions of a step, at most', () => {
  it('are the rollouts', () => assert.equal(completionsPerStep({ strategy: 'plain' }, size), 12))
  it('are all turns of the rollouts', () => assert.equal(completionsPerStep({ strategy: 'executeRetry', turns: 3 }, size), 36))
  it('are critiques and what follows from them', () => assert.equal(completionsPerStep({ strategy: 'critic' }, size), 24))
  it('are the rollouts and the refinements of some', () => {
    const refine = (critic: 'checker' | 'policy', attempts: number) => completionsPerStep({ strategy: 'critiqueRefine', critic, attempts, keep: 1 }, size)
    assert.deepEqual([refine('checker', 2), refine('policy', 2), refine('checker', 9)], [18, 24, 24])
  })
})
