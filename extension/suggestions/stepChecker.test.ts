import assert from 'node:assert/strict'
import type { StepVerdict } from '../../trainer/protocol/rollout.ts'
import { threeSteps } from '../ratings/labels.fixture.ts'
import { rolloutWith } from '../traces/rollout.fixture.ts'
import type { Outcome } from './review.ts'
import { checkedReview, stepChecker } from './stepChecker.ts'

const verdict = (step: number, ok: boolean | null, why = ''): StepVerdict => ({ from: step * 8, to: step * 8 + 7, ok, why })
const checked = (...all: (boolean | null)[]) => threeSteps({ steps: all.map((ok, step) => verdict(step, ok, ok === false ? '5 * 2 is 10' : '')) })

describe('drafts of a step checker', () => {
  it('rate up to the first wrong step, name it and say why', () => {
    assert.deepEqual(checkedReview(threeSteps()), {
      ratings: [{ step: 0, rating: 1 }, { step: 1, rating: -1 }], firstError: 1, right: false, critique: 'Step 2 is wrong: 5 * 2 is 10.'
    })
  })

  it('say of a solution without error that it holds', () => {
    const rollout = { ...checked(true, true, true), correct: true }
    assert.deepEqual(checkedReview(rollout), {
      ratings: [0, 1, 2].map((step) => ({ step, rating: 1 })), firstError: null, right: true, critique: 'All 3 steps are right. The answer is right.'
    })
  })

  it('name no first error past a step that could not be checked', () => {
    assert.deepEqual(checkedReview(checked(true, null, false)), { ratings: [{ step: 0, rating: 1 }, { step: 2, rating: -1 }], right: false, critique: '' })
    assert.deepEqual(checkedReview({ ...checked(true, null, true), correct: null }), { ratings: [{ step: 0, rating: 1 }, { step: 2, rating: 1 }], critique: '' })
  })

  it('are the verdict alone where only the answer is known', () => {
    assert.deepEqual(checkedReview(threeSteps({ steps: [], correct: true })), { ratings: [], right: true, critique: 'The answer is right.' })
  })

  it('do not come where nothing is known, or spans are none of the text; others go on', async () => {
    const outcomes: Outcome[] = []
    const rollouts = [threeSteps({ id: 'a', steps: [], correct: null }), rolloutWith('short', [], { id: 'b', steps: [{ from: 2, to: 99, ok: true, why: '' }] }), threeSteps({ id: 'c' })]
    await stepChecker('chains').review(rollouts, (outcome) => outcomes.push(outcome), new AbortController().signal)
    assert.deepEqual(outcomes.map((outcome) => [outcome.rollout.id, 'failure' in outcome ? outcome.failure.code : 'review']), [['a', 'nothingToCheck'], ['b', 'failed'], ['c', 'review']])
  })
})
