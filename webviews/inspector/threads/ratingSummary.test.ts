import assert from 'node:assert/strict'
import type { Opinion } from '../../../trainer/protocol/label.ts'
import { labelOf } from '../../labeller/labeller.fixture.ts'
import { ratingsByStep, ratingSummaries } from './ratingSummary.ts'

const at = (step?: number) => ({ segment: 0, textHash: 'h', from: 0, to: 1, ...(step !== undefined && { step }) })
const said = (opinion: Opinion, step?: number, more: object = {}) => labelOf({ rollout: 'r', anchor: at(step), opinion, ...more }, `${JSON.stringify([opinion, step, more])}`)
const rated = (rating: -1 | 0 | 1): Opinion => ({ kind: 'stepRating', rating })
const model = { source: { kind: 'model', provider: 'critic', model: 'm' } }

describe('ratings in the inspector', () => {
  it('are summed up by who gave them, steps first, drafts apart', () => {
    const labels = [said({ kind: 'verdict', right: false }), said(rated(-1), 3), said(rated(1), 0), said({ kind: 'critique', text: 'x' }, 3), said(rated(-1), 1, { draft: true, ...model }), said({ kind: 'completed' })]
    assert.deepEqual(ratingSummaries(labels), [
      { who: 'ann', draft: false, words: ['step 1 + great', 'step 4 − bad', '✗ wrong'] },
      { who: 'model m (critic)', draft: true, words: ['step 2 − bad'] }
    ])
  })

  it('leave out orphans and drafts that were decided on', () => {
    assert.deepEqual(ratingSummaries([said(rated(1), 0, { orphaned: 'textChanged' }), said(rated(1), 0, { draft: true, decision: 'rejected', ...model })]), [])
  })

  it('stand at their steps in their segment, drafts never', () => {
    const steps = ratingsByStep([said(rated(-1), 2), said(rated(1), 2, { labeler: 'bob' }), said(rated(1), 2, { draft: true }), labelOf({ rollout: 'r', anchor: { ...at(2), segment: 1 }, opinion: rated(1) }, 'other')], 0)
    assert.deepEqual([...steps], [[2, [{ who: 'ann', words: '− bad', bad: true }, { who: 'bob', words: '+ great', bad: false }]]])
  })
})
