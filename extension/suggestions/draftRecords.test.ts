import assert from 'node:assert/strict'
import { stepAnchor, traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import { Ledger, onStep, threeSteps } from '../ratings/labels.fixture.ts'
import { draftRecords, isDrafted } from './draftRecords.ts'

const MODEL = { kind: 'model', provider: 'models.example', model: 'm' } as const
const rollout = threeSteps()

describe('drafts', () => {
  it('are records of their source, on the steps and the trace that they speak of', () => {
    const records = draftRecords(rollout, { ratings: [{ step: 0, rating: 1 }, { step: 1, rating: -1 }], firstError: 1, right: false, critique: 'No.' }, MODEL)
    assert.deepEqual(records.map(({ opinion, anchor }) => [opinion, anchor]), [
      [{ kind: 'stepRating', rating: 1 }, stepAnchor(rollout, 0)], [{ kind: 'stepRating', rating: -1 }, stepAnchor(rollout, 1)],
      [{ kind: 'firstError', step: 1 }, traceAnchor(rollout)], [{ kind: 'verdict', right: false }, traceAnchor(rollout)], [{ kind: 'critique', text: 'No.' }, stepAnchor(rollout, 1)]
    ])
    for (const record of records) assert.deepEqual([record.draft, record.source, record.blind, record.problemId], [true, MODEL, true, rollout.problemId])
  })

  it('are of what was said alone', () => {
    assert.deepEqual(draftRecords(rollout, { ratings: [], critique: '' }, MODEL), [])
    assert.deepEqual(draftRecords(rollout, { ratings: [], critique: 'Fine.' }, MODEL).map(({ opinion, anchor }) => [opinion.kind, anchor.from, anchor.to]), [['critique', 0, 23]])
  })

  it('by a checker, which knows gold, are not blind', () => {
    assert.deepEqual(draftRecords(rollout, { ratings: [], right: true, critique: '' }, { kind: 'checker', name: 'chains' }).map(({ blind }) => blind), [false])
  })

  it('wait until somebody decides, each source for itself', () => {
    const ledger = new Ledger()
    const saying = onStep(rollout, 0, { kind: 'stepRating', rating: 1 })
    const draft = ledger.add(rollout, 'ann', saying, { draft: true, source: MODEL })
    ledger.add(rollout, 'ann', saying, { source: { kind: 'checker', name: 'chains' } })
    assert.deepEqual([isDrafted(ledger.labels, MODEL), isDrafted(ledger.labels, { ...MODEL, model: 'n' }), isDrafted(ledger.labels, { kind: 'checker', name: 'chains' })], [true, false, false])
    ledger.add(rollout, 'ann', { ...saying, opinion: { kind: 'decision', of: draft.id, decision: 'rejected' } })
    assert.equal(isDrafted(ledger.labels, MODEL), false)
  })
})
