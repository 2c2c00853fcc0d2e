import assert from 'node:assert/strict'
import type { Label } from '../../protocol/label.ts'
import { readPrm800k } from '../imports/prm800kTraces.ts'
import type { ImportedTrace } from '../imports/importedTrace.ts'
import { better, byId, firstError, label, MODEL, rating, trace, verdict } from '../rows/rows.fixture.ts'
import { Prm800kRecord } from './prm800k.ts'
import { prm800kRecords } from './prm800kRecords.ts'

const rollout = trace('r1', ['1 + 1 = 2', '2 + 2 = 5', '5 = 5'], '5')
const records = (...labels: readonly Label[]) => prm800kRecords('run', labels, byId(rollout), { includeModelSources: false }).map(({ row }) => row)
const given = (record: Prm800kRecord) => record.label.steps.map(({ completions }) => completions![0]!.rating)

describe('prm800kRecords', () => {
  it('hold each labeler’s steps up to the last that was judged', () => {
    const [ada, bob] = records(label(rollout, rating(1), { step: 0 }), label(rollout, rating(-1), { step: 1 }), label(rollout, rating(0), { step: 0, labeler: 'bob', seconds: 1.5 }), label(rollout, verdict(true), { labeler: 'bob' }))
    assert.deepEqual([given(ada!), ada!.label.finish_reason, given(bob!), bob!.label.finish_reason], [[1, -1], 'found_error', [0], 'give_up'])
    assert.deepEqual([ada!.labeler, ada!.label.total_time, bob!.labeler, bob!.label.total_time], ['ada', 4000, 'bob', 1500])
    assert.deepEqual(ada!.question, {
      problem: '1 + 1 + 2 :', ground_truth_solution: null, ground_truth_answer: '4', pre_generated_steps: ['1 + 1 = 2', '2 + 2 = 5', '5 = 5'], pre_generated_answer: '5', pre_generated_verifier_score: null
    })
  })

  it('rate what comes before the first error as okay, and say how the labeler ended', () => {
    assert.deepEqual(records(label(rollout, firstError(1))).map((record) => [given(record), record.label.finish_reason]), [[[0, -1], 'found_error']])
    assert.deepEqual(records(label(rollout, firstError(null))).map((record) => [given(record), record.label.finish_reason]), [[[0, 0, 0], 'solution']])
    assert.deepEqual(records(label(rollout, rating('unsure'), { step: 0 })).map((record) => [given(record), record.label.finish_reason]), [[[null], 'give_up']])
  })

  it('carry flags, better steps and quality control', () => {
    const labels = [label(rollout, rating(-1), { step: 0, qualityControl: true }), label(rollout, { kind: 'flag', reason: '' }, { step: 0, qualityControl: true }), label(rollout, better('step', '1 + 1 = 2 !'), { step: 0, qualityControl: true })]
    const [record] = records(...labels)
    assert.equal(record!.is_quality_control_question, true)
    assert.deepEqual(record!.label.steps, [{ completions: [{ text: '1 + 1 = 2', rating: -1, flagged: true }], human_completion: '1 + 1 = 2 !', chosen_completion: 0 }])
  })

  it('leave out drafts, models, contradictions and labels on no step', () => {
    assert.deepEqual(records(label(rollout, rating(1), { step: 0, draft: true }), label(rollout, rating(1), { step: 0, source: MODEL }), label(rollout, rating(1))), [])
    assert.deepEqual(records(label(rollout, firstError(2)), label(rollout, rating(-1), { step: 0 })), [])
  })

  it('read back as what was labelled', () => {
    const [record] = records(label(rollout, rating(1), { step: 0 }), label(rollout, rating(-1), { step: 1 }))
    assert.deepEqual(Prm800kRecord.parse(JSON.parse(JSON.stringify(record))), record)
    const [back] = readPrm800k(1, record) as readonly ImportedTrace[]
    assert.deepEqual(back!.opinions, [
      { step: 0, opinion: { kind: 'stepRating', rating: 1 } }, { step: 1, opinion: { kind: 'stepRating', rating: -1 } }, { opinion: { kind: 'firstError', step: 1 } }
    ])
    assert.deepEqual(back!.steps.map(({ from, to }) => back!.text.slice(from, to)), ['1 + 1 = 2', '2 + 2 = 5', '5 = 5'])
  })
})
