import assert from 'node:assert/strict'
import { projectRollout } from '../traces/traceText.ts'
import { decisionOn, draftsOfStep, isOpenDraft, takenOver } from './drafts.ts'
import { Ledger, onStep, onTrace, threeSteps } from './labels.fixture.ts'
import { lensesOf } from './lensTexts.ts'
import { ownOpinions } from './ownOpinions.ts'

describe('drafts of a step', () => {
  const rollout = threeSteps()
  const draft = { draft: true, source: { kind: 'checker', name: 'steps' } } as const
  let ledger: Ledger
  const judged = () => ({ rollout, labels: ledger.labels, labeler: 'anna', segment: 0 })
  beforeEach(() => {
    ledger = new Ledger()
    ledger.add(rollout, 'anna', onStep(rollout, 1, { kind: 'stepRating', rating: -1 }), draft)
    ledger.add(rollout, 'anna', onTrace(rollout, { kind: 'firstError', step: 1 }), draft)
    ledger.add(rollout, 'anna', onStep(rollout, 2, { kind: 'critique', text: 'x' }), draft)
  })

  it('are what is said of it and not decided on', () => {
    assert.deepEqual([0, 1, 2].map((step) => draftsOfStep(ledger.labels, 0, step).length), [0, 2, 1])
    assert.equal(draftsOfStep(ledger.labels, 1, 1).length, 0)
    ledger.say(rollout, 'anna', draftsOfStep(ledger.labels, 0, 1).map((each) => decisionOn(each, 'rejected')))
    assert.deepEqual([0, 1, 2].map((step) => draftsOfStep(ledger.labels, 0, step).length), [0, 0, 1])
    assert.equal(isOpenDraft({ ...draftsOfStep(ledger.labels, 0, 2)[0]!, orphaned: 'textChanged' }), false)
  })

  it('count as nobody’s opinion until they are taken over, and then say whose they were', () => {
    assert.equal(ownOpinions(ledger.labels, 'anna').ratings.size, 0)
    const before = ledger.add(rollout, 'anna', onStep(rollout, 1, { kind: 'stepRating', rating: 1 }))
    const [rating, first] = draftsOfStep(ledger.labels, 0, 1)
    assert.equal(takenOver(judged(), rating!).replaces, before.id)
    ledger.say(rollout, 'anna', [takenOver(judged(), rating!), takenOver(judged(), first!)])
    const own = ownOpinions(ledger.labels, 'anna')
    assert.deepEqual([own.ratings.get(1)?.opinion.rating, own.firstError?.opinion.step], [-1, 1])
    assert.deepEqual(own.ratings.get(1)?.suggestedBy, { draft: rating!.id, how: 'accepted', source: draft.source })
  })

  it('are edited where the opinion is another', () => {
    const [critique] = draftsOfStep(ledger.labels, 0, 2)
    assert.deepEqual(takenOver(judged(), critique!, { kind: 'critique', text: 'y' }).suggestedBy?.how, 'edited')
    assert.equal(takenOver(judged(), critique!).suggestedBy?.how, 'accepted')
  })

  it('can be decided on above the step', () => {
    const titles = lensesOf({ projection: projectRollout(rollout, 'run'), labels: ledger.labels, labeler: 'anna' }).filter(({ command }) => command.endsWith('Drafts')).map(({ title, step }) => [step, title])
    assert.deepEqual(titles, [[1, '$(check-all) accept 2 drafts'], [1, '$(circle-slash) reject'], [2, '$(check-all) accept draft'], [2, '$(circle-slash) reject']])
  })
})
