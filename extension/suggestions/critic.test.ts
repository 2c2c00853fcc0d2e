import assert from 'node:assert/strict'
import type { LabCommand } from '../contracts/trainers.ts'
import { threeSteps } from '../ratings/labels.fixture.ts'
import { critic, critiqueArguments } from './critic.ts'
import type { Outcome } from './review.ts'

const MODEL = { title: 'run latest', folder: '/models/critic', engine: 'onnx', threads: 2, replyTokens: 64 }

/** What comes of these lines of the command, on rollouts `a`, `b`, `c`. */
async function review(lines: readonly unknown[], ending = { code: 0, errors: '' }): Promise<readonly unknown[]> {
  const outcomes: Outcome[] = []
  const lab: LabCommand = { run: (_, { onLine }) => (lines.forEach(onLine), Promise.resolve(ending)) }
  await critic(lab, '/runs/r', MODEL).review(['a', 'b', 'c'].map((id) => threeSteps({ id })), (outcome) => outcomes.push(outcome), new AbortController().signal)
  return outcomes.map((outcome) => [outcome.rollout.id, 'failure' in outcome ? outcome.failure.code : outcome.review])
}

describe('a critic on the engine', () => {
  it('is asked about all rollouts at once, none of whose ids can be read as an option', () => {
    assert.deepEqual(critiqueArguments('/runs/r', MODEL, [{ id: 'a' }, { id: '--engine' }]), [
      'labels', 'critique', '/runs/r', '--json', '--model=/models/critic', '--engine', 'onnx', '--threads', '2', '--max-tokens', '64', '--rollout=a', '--rollout=--engine'
    ])
  })

  it('drafts what it says in the words of an environment, or free text', async () => {
    const outcomes = await review([
      { rollout: 'b', text: '2 + 3 = 5 ok ; 5 * 2 = 10 no answer wrong\n', whole: true, says: { right: false, firstError: 1 } }, { rollout: 'a', text: 'ok answer right', whole: true, says: { right: true, firstError: null } },
      { rollout: 'c', text: ' Step 2 is off. ', whole: true }
    ])
    assert.deepEqual(outcomes, [
      ['b', { ratings: [{ step: 0, rating: 1 }, { step: 1, rating: -1 }], firstError: 1, right: false, critique: '2 + 3 = 5 ok ; 5 * 2 = 10 no answer wrong' }],
      ['a', { ratings: [], firstError: null, right: true, critique: 'ok answer right' }], ['c', { ratings: [], critique: 'Step 2 is off.' }]
    ])
  })

  it('that cannot be understood drafts nothing', async () => {
    const said = (rollout: string, more: object) => ({ rollout, text: '9 9 9', whole: true, ...more })
    assert.deepEqual(await review([said('a', { says: { right: null, firstError: 0 } }), said('b', { says: { right: false, firstError: 3 } }), said('c', { whole: false })]), [['a', 'notAReview'], ['b', 'notAReview'], ['c', 'tooLong']])
    assert.deepEqual(await review([{ rollout: 'a', problem: 'promptTooLong' }, { rollout: 'b', problem: 'gone' }, said('c', { text: ' ' })]), [['a', 'promptTooLong'], ['b', 'gone'], ['c', 'notAReview']])
    assert.deepEqual(await review([{ rollout: 'a', problem: 'unknownWord' }]), [['a', 'unknownWord'], ['b', 'failed'], ['c', 'failed']])
  })

  it('is heard once of each rollout, and of no other', async () => {
    const line = { rollout: 'a', text: 'Fine.', whole: true }
    assert.deepEqual(await review([line, line, { ...line, rollout: 'z' }, 'noise', null, { rollout: 'b' }]), [['a', { ratings: [], critique: 'Fine.' }], ['b', 'failed'], ['c', 'failed']])
  })

  it('that does not start says why', async () => {
    await assert.rejects(review([], { code: 2, errors: 'error: There is no model folder.\n' }), /^Error: There is no model folder\.$/)
  })
})
