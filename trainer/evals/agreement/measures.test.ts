import assert from 'node:assert/strict'
import type { AgreementMeasure } from '../../protocol/labelViews.ts'
import type { Label, Opinion } from '../../protocol/label.ts'
import { randomStream } from '../../random/random.ts'
import { wilsonInterval } from '../wilson.ts'
import { agreementMeasures } from './agreementMeasures.ts'
import { disagreements } from './disagreements.ts'
import { judgementsOf } from './judgements.ts'
import { said } from './labels.fixture.ts'
import { KAPPA_EXAMPLES } from './publishedExamples.fixture.ts'
import { consistency, shareRight } from './qualityControl.ts'
import type { KnownTruth } from './qualityControl.ts'

const measuresOf = (labels: readonly Label[], truth: (rollout: string) => KnownTruth | undefined = () => undefined): AgreementMeasure[] => [...agreementMeasures(labels, truth)]
const find = (all: readonly AgreementMeasure[], measure: string, between: string): AgreementMeasure => {
  const found = all.find((one) => one.measure === measure && one.between === between)
  assert.ok(found, `${measure} of ${between} is not among ${all.map((one) => `${one.measure} of ${one.between}`).join(', ')}`)
  return found
}
const near = (actual: number | null, expected: number): void => assert.ok(actual !== null && Math.abs(actual - expected) <= 1e-9, `${actual} is not ${expected}`)
const right: Opinion = { kind: 'verdict', right: true }
const wrong: Opinion = { kind: 'verdict', right: false }
const firstError = (step: number | null): Opinion => ({ kind: 'firstError', step })
const rating = (value: -1 | 0 | 1 | 'unsure'): Opinion => ({ kind: 'stepRating', rating: value })
const MODEL = { kind: 'model', provider: 'vscode.lm', model: 'm1' } as const
const CHECKER = { kind: 'checker', name: 'sums' } as const

describe('measures of agreement', () => {
  it('give the published κ of a table of diagnoses, judged as a field of a label set', () => {
    const [example] = KAPPA_EXAMPLES
    const names = ['personality', 'neurosis', 'psychosis']
    const say = (by: string, rollout: string, category: number): Label => said({ by, rollout, opinion: { kind: 'rubric', labelSet: 'diagnosis', schemaHash: 'abcdef0123', scores: { kind: names[category]!, note: rollout, list: [1] } } })
    let patient = 0
    const labels = example!.table.flatMap((count, cell) => Array.from({ length: count }, () => {
      const rollout = `r${++patient}`
      return [say('ann', rollout, Math.floor(cell / 3)), say('bob', rollout, cell % 3)]
    })).flat()
    const all = measuresOf(labels)
    const kappa = find(all, 'rubric/diagnosis@abcdef01/kind/kappa', 'ann and bob')
    near(kappa.value, example!.exact)
    assert.equal(kappa.items, 200)
    assert.ok(kappa.low! < kappa.value! && kappa.value! < kappa.high! && kappa.high! - kappa.low! < 0.3)
    near(find(all, 'rubric/diagnosis@abcdef01/kind/alike', 'ann and bob').value, 0.7)
    assert.ok(!all.some(({ measure }) => measure.includes('/note/') || measure.includes('/list/') || measure.includes('weighted')), 'free text is not compared')
  })

  it('compare step ratings by their order, step by step, without the unsure ones', () => {
    const steps = (by: string, rollout: string, ratings: readonly (-1 | 0 | 1 | 'unsure')[]): Label[] => ratings.map((one, step) => said({ by, rollout, opinion: rating(one), step }))
    const all = measuresOf([...steps('ann', 'r1', [1, 1, 0, -1]), ...steps('bob', 'r1', [1, 0, 0, -1]), ...steps('ann', 'r2', [1, 'unsure']), ...steps('bob', 'r2', [0, -1]), ...steps('cyd', 'r2', [0, 1])])
    const weighted = find(all, 'stepRating/weightedKappa', 'ann and bob')
    assert.equal(weighted.items, 5)
    // Σ(a−b)² = 2; by chance Σ_i Σ_j (a_i − b_j)² / 5 = 30 / 5 over a = 1 1 0 −1 1 and b = 1 0 0 −1 0.
    near(weighted.value, 1 - (2 * 5) / 30)
    assert.equal(find(all, 'stepRating/alphaOrdinal', 'all 3 labelers').items, 6)
    assert.equal(find(all, 'stepRating/kappa', 'bob and cyd').items, 2)
  })

  it('take checkers for the reference of people, and people for that of models; each other both ways', () => {
    const labels = [
      ...[2, null, 1].map((step, i) => said({ by: 'ann', rollout: `r${i}`, opinion: firstError(step) })),
      ...[2, null, 0].map((step, i) => said({ by: 'bob', rollout: `r${i}`, opinion: firstError(step) })),
      ...[2, null, 1].map((step, i) => said({ by: 'ann', rollout: `r${i}`, opinion: firstError(step), source: CHECKER })),
      ...[0, null, 1].map((step, i) => said({ by: 'ann', rollout: `r${i}`, opinion: firstError(step), source: MODEL }))
    ]
    const all = measuresOf(labels)
    near(find(all, 'firstError/firstErrorF1', 'ann against sums (checker)').value, 1)
    near(find(all, 'firstError/firstErrorF1', 'bob against sums (checker)').value, 2 / 3)
    near(find(all, 'firstError/firstErrorF1', 'm1 (vscode.lm) against ann').value, 2 / 3)
    find(all, 'firstError/firstErrorF1', 'ann against bob')
    find(all, 'firstError/firstErrorF1', 'bob against ann')
    assert.ok(!all.some(({ between }) => between === 'sums (checker) against ann' || between === 'ann against m1 (vscode.lm)'))
  })

  it('never count drafts, nor what came of a model’s draft as the labeler’s own', () => {
    const accepted = { ...said({ by: 'ann', rollout: 'r1', opinion: right }), suggestedBy: { draft: 'd', how: 'accepted' as const, source: MODEL } }
    const all = measuresOf([said({ by: 'bob', rollout: 'r1', opinion: right }), said({ by: 'ann', rollout: 'r1', opinion: wrong, draft: true, source: MODEL }), accepted])
    assert.deepEqual(new Set(all.map(({ between }) => between)), new Set(['all 2 labelers', 'ann with m1 (vscode.lm) and bob']))
  })

  it('never compare labels on different texts', () => {
    const all = measuresOf([said({ by: 'ann', opinion: right }), said({ by: 'bob', opinion: right, text: 'another' })])
    assert.deepEqual(all.map(({ measure, value, items, why }) => [measure, value, items, why]), [['verdict/alphaNominal', null, 0, 'no two labelers judged the same']])
  })

  it('say why there is no value', () => {
    const all = measuresOf(['ann', 'bob'].flatMap((by) => [said({ by, rollout: 'r1', opinion: right }), said({ by, rollout: 'r2', opinion: right })]))
    const kappa = find(all, 'verdict/kappa', 'ann and bob')
    assert.deepEqual([kappa.value, kappa.low, kappa.high], [null, null, null])
    assert.match(kappa.why!, /chance agreement is certain/)
    near(find(all, 'verdict/alike', 'ann and bob').value, 1)
  })

  it('compare pairs whichever side the label stands on', () => {
    const prefer = (by: string, rollout: string, other: string, preferred: 'this' | 'other' | 'equal', text: string, otherText: string): Label =>
      said({ by, rollout, text, opinion: { kind: 'preference', other: { rollout: other, textHash: said({ opinion: right, text: otherText }).anchor.textHash }, preferred, rationale: '' } })
    const all = measuresOf([
      prefer('ann', 'r1', 'r2', 'this', 'one', 'two'), prefer('bob', 'r2', 'r1', 'other', 'two', 'one'), prefer('ann', 'r3', 'r4', 'equal', 'x', 'y'), prefer('bob', 'r3', 'r4', 'other', 'x', 'y')
    ])
    const alike = find(all, 'preference/alike', 'ann and bob')
    near(alike.value, 0.5)
    assert.equal(alike.items, 2)
  })

  it('compare marked text where both looked', () => {
    const note = (by: string, rollout: string, from: number, to: number): Label => said({ by, rollout, span: [from, to], opinion: { kind: 'note', text: 'hm' } })
    const all = measuresOf([note('ann', 'r1', 0, 10), note('bob', 'r1', 5, 15), note('ann', 'r2', 0, 10), said({ by: 'bob', rollout: 'r2', opinion: { kind: 'completed' } }), note('ann', 'r3', 0, 99)])
    const spans = find(all, 'spans/spanF1', 'ann and bob')
    near(spans.value, 10 / 30)
    assert.equal(spans.items, 2)
  })

  it('measure accuracy where the right label is known: by a checker, or for verdicts by the verifier', () => {
    const labels = [
      said({ rollout: 'r1', opinion: right, qualityControl: true }), said({ rollout: 'r2', opinion: right, qualityControl: true }), said({ rollout: 'r3', opinion: right }),
      said({ rollout: 'r4', opinion: right, qualityControl: true }),
      said({ rollout: 'r1', opinion: firstError(2), qualityControl: true }), said({ rollout: 'r1', by: 'bot', opinion: firstError(2), source: CHECKER }),
      said({ rollout: 'r1', opinion: rating(0), step: 1, qualityControl: true }), said({ rollout: 'r1', by: 'bot', opinion: rating(1), step: 1, source: CHECKER }),
      said({ rollout: 'r2', opinion: firstError(null), qualityControl: true })
    ]
    const truth = new Map<string, KnownTruth>([['r1', { verdict: true }], ['r2', { verdict: false, firstError: 3 }], ['r3', { verdict: true }]])
    const accuracy = find(measuresOf(labels, (rollout) => truth.get(rollout)), 'qualityControl/qualityControl', 'ann')
    assert.deepEqual([accuracy.value, accuracy.items], [3 / 5, 5])
    // All three right of one trace, none of the other's two: no label of a trace is drawn alone.
    assert.deepEqual([accuracy.low, accuracy.high], [0, 1])
  })

  it('have an interval of the share right that covers it where labels of a trace stand or fall together', () => {
    const random = randomStream('quality control')
    const [easy, hard, trials] = [0.95, 0.4, 400]
    const truth = 0.3 * hard + 0.7 * easy
    let covered = 0
    for (let trial = 0; trial < trials; trial++) {
      const checked = Array.from({ length: 40 }, (_, trace) => {
        const share = random.next() < 0.3 ? hard : easy
        return Array.from({ length: 6 }, () => ({ trace: String(trace), right: random.next() < share }))
      }).flat()
      const { low, high } = shareRight(checked)!
      if (low <= truth && truth <= high) covered++
    }
    assert.ok(covered / trials > 0.9, `${covered} of ${trials}`)
  })

  it('have Wilson’s interval of the share right where each trace has one label, or all are alike', () => {
    const labels = (traces: number, each: number, right: boolean) => Array.from({ length: traces * each }, (_, i) => ({ trace: String(i % traces), right }))
    assert.deepEqual(shareRight([...labels(3, 1, true), { trace: 'x', right: false }]), { ...wilsonInterval(3, 4), items: 4 })
    assert.deepEqual(shareRight(labels(5, 6, true)), { ...wilsonInterval(5, 5), items: 30 })
    assert.deepEqual(shareRight(labels(1, 6, false)), { ...wilsonInterval(0, 1), items: 6 })
    assert.equal(shareRight([]), null)
  })

  it('take a checker’s draft for the truth where it was accepted, not where a person changed it', () => {
    const ofDraft = (rollout: string, how: 'accepted' | 'edited', step: number | null): Label => ({ ...said({ by: 'ada', rollout, opinion: firstError(step) }), suggestedBy: { draft: 'd', how, source: CHECKER } })
    const bob = (rollout: string, step: number | null): Label => said({ by: 'bob', rollout, opinion: firstError(step), qualityControl: true })
    const all = measuresOf([ofDraft('r1', 'edited', 2), bob('r1', 1), ofDraft('r2', 'accepted', 1), bob('r2', 1), bob('r3', 1)], (rollout) => (rollout === 'r1' ? { firstError: 1 } : undefined))
    const accuracy = find(all, 'qualityControl/qualityControl', 'bob')
    assert.deepEqual([accuracy.value, accuracy.items], [1, 2])
    assert.deepEqual(all.filter(({ measure }) => measure === 'firstError/firstErrorF1').map(({ between }) => between).sort(), [
      'ada correcting sums (checker) against bob', 'bob against ada correcting sums (checker)', 'bob against ada with sums (checker)'
    ])
  })

  it('measure consistency on what was shown again, and not on what was changed', () => {
    const again = (opinion: Opinion, minute: number): Label => said({ rollout: 'r1', opinion, qualityControl: true, minute })
    const judged = judgementsOf([
      said({ rollout: 'r1', opinion: right, minute: 1 }), again(wrong, 9), said({ rollout: 'r1', opinion: firstError(2), minute: 1 }), again(firstError(2), 9),
      said({ rollout: 'r2', opinion: right, minute: 1 }), said({ rollout: 'r2', opinion: wrong, minute: 5 }), said({ rollout: 'r3', opinion: right, qualityControl: true })
    ])
    const found = consistency(judged, 'ann')!
    assert.deepEqual([found.value, found.items], [0.5, 2])
    assert.equal(consistency(judged, 'bob'), null)
  })
})

describe('disagreements', () => {
  it('are the items on which opinions differ, until the opinion that lost is resolved', () => {
    const labels = [
      said({ by: 'ann', rollout: 'r1', opinion: firstError(2), minute: 1 }), said({ by: 'bob', rollout: 'r1', opinion: firstError(null), minute: 2 }), said({ by: 'cyd', rollout: 'r1', opinion: firstError(2) }),
      said({ by: 'ann', rollout: 'r2', opinion: rating(1), step: 4, minute: 5 }), said({ by: 'bob', rollout: 'r2', opinion: rating(-1), step: 4 }),
      said({ by: 'ann', rollout: 'r3', opinion: right }), said({ by: 'bob', rollout: 'r3', opinion: right }), said({ by: 'ann', rollout: 'r4', opinion: right }),
      said({ by: 'ann', rollout: 'r5', opinion: right, resolved: true }), said({ by: 'bob', rollout: 'r5', opinion: wrong }),
      said({ by: 'ann', rollout: 'r6', opinion: right }), said({ by: 'bob', rollout: 'r6', opinion: wrong, draft: true })
    ]
    const found = disagreements(judgementsOf(labels))
    assert.deepEqual(found.map(({ rollout, kind, step, opinions }) => [rollout, kind, step, opinions.map(({ labeler, says }) => `${labeler}: ${says}`)]), [
      ['r2', 'stepRating', 4, ['ann: great', 'bob: bad']],
      ['r1', 'firstError', undefined, ['ann: step 3 is the first wrong one', 'bob: no wrong step', 'cyd: step 3 is the first wrong one']]
    ])
  })
})
