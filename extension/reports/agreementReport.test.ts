import assert from 'node:assert/strict'
import type { AgreementMeasure, Disagreement } from '../../trainer/protocol/labelViews.ts'
import { agreementReport } from './agreementReport.ts'

const measure = (more: Partial<AgreementMeasure>): AgreementMeasure =>
  ({ measure: 'verdict/kappa', title: 'Verdict: Cohen’s κ', definition: 'Beyond chance, and as this text is a long one it goes on and on until the line is full, and then it is broken.', between: 'ann and bob', value: 0.5, low: 0.25, high: 0.75, items: 40, ...more })
const difference: Disagreement = {
  rollout: 't000001.1-000-00', kind: 'stepRating', step: 2,
  opinions: [{ labeler: 'ann', says: 'great', label: 'a', rollout: 't000001.1-000-00' }, { labeler: 'bob\u202e', says: 'bad\n', label: 'b', rollout: 't000001.1-000-00' }]
}

describe('the report of agreement', () => {
  it('tells each measure with interval and items, its definition once, and what they differ on', () => {
    const text = agreementReport('chain', [measure({}), measure({ title: 'Rating: Cohen’s κ', value: 1, low: null, high: null, items: 1 }), measure({ value: null, low: null, high: null, why: 'chance is certain' })], { count: 3, rows: [difference] })
    assert.equal(text, `Agreement of those who labelled chain.
Drafts do not count; what was made of a model’s draft counts apart.

measure             between      value [95 % interval]
Verdict: Cohen’s κ  ann and bob  0.500 [0.250, 0.750]   40 items
Rating: Cohen’s κ   ann and bob  1.000                  1 items
Verdict: Cohen’s κ  ann and bob  –                      chance is certain

Cohen’s κ
  Beyond chance, and as this text is a long one it goes on and on until the line is full, and then
  it is broken.

They differ on 3 items; Adjudicate Disagreements settles them.

t000001.1-000-00  rating of step 3  ann: great; bob: bad
… and 2 more.
`)
  })

  it('says so where nothing was judged, and where nobody differs', () => {
    assert.match(agreementReport('chain', [], { count: 0, rows: [] }), /^Nothing of chain was judged yet/)
    assert.match(agreementReport('chain', [measure({})], { count: 0, rows: [] }), /\nNobody differs\.\n$/)
  })
})
