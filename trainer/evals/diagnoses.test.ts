import assert from 'node:assert/strict'
import type { DiagnosisFinding } from '../protocol/runViews.ts'
import { diagnose } from './diagnoses.ts'
import type { DiagnosisFigures, MetricValue, RolloutFigures } from './diagnoses.ts'

const recent: RolloutFigures = {
  firstStep: 21, lastStep: 40, rollouts: 320, notScorable: 0, truncated: 3, groups: 40, flatRight: 4, flatWrong: 2, flatOther: 0, lengthReward: 0.1, differentAnswers: { share: 0.9, firstStep: 21 },
  answers: { judged: 320, unread: 20, unreadRight: 0 }
}
/** Over steps 1, 2, … */
const over = (values: readonly number[]): MetricValue[] => values.map((value, i) => ({ step: i + 1, value }))
const steady = (value: number): MetricValue[] => over(new Array<number>(40).fill(value))
const changing = (first: number, last: number): MetricValue[] => over([...new Array<number>(20).fill(first), ...new Array<number>(20).fill(last)])
const spike = (normal: number, step: number, value: number): MetricValue[] => steady(normal).map((each) => (each.step === step ? { step, value } : each))
const healthy: DiagnosisFigures = {
  window: 20, recent, groupRelative: true, maxTokens: 64,
  metrics: { 'policy/entropy': steady(0.8), 'gradient/norm': steady(1), 'ratio/max': steady(1.2), 'ratio/clippedHigh': steady(0.01), 'ratio/clippedLow': steady(0.01), 'length/mean': steady(30), 'reward/part/format': steady(0.95) }
}
const finding = (figures: DiagnosisFigures, check: string): DiagnosisFinding => diagnose(figures).find((one) => one.check === check)!
const withRecent = (change: Partial<RolloutFigures>): DiagnosisFigures => ({ ...healthy, recent: { ...recent, ...change } })
const withMetrics = (metrics: DiagnosisFigures['metrics']): DiagnosisFigures => ({ ...healthy, metrics: { ...healthy.metrics, ...metrics } })

/** A run without a part that scores the format. */
function withAnswers(answers: Partial<RolloutFigures['answers']>): DiagnosisFigures {
  const { 'reward/part/format': _, ...metrics } = healthy.metrics
  return { ...healthy, metrics, recent: { ...recent, answers: { ...recent.answers, ...answers } } }
}

describe('diagnoses', () => {
  it('finds nothing wrong with a healthy run', () => {
    assert.deepEqual(diagnose(healthy).filter(({ state, advice }) => state !== 'ok' || advice !== ''), [])
  })

  it('says unknown, and why, of a run that has recorded nothing', () => {
    const nothing = { firstStep: 0, lastStep: 0, rollouts: 0, notScorable: 0, truncated: 0, groups: 0, flatRight: 0, flatWrong: 0, flatOther: 0, lengthReward: null, differentAnswers: null, answers: { judged: 0, unread: 0, unreadRight: 0 } }
    for (const { state, evidence, advice } of diagnose({ window: 20, metrics: {}, recent: nothing, groupRelative: true, maxTokens: undefined })) {
      assert.equal(state, 'unknown')
      assert.doesNotMatch(evidence, /NaN|undefined|Infinity/)
      assert.equal(advice, '')
    }
  })

  it('does not warn of groups with equal rewards where rollouts are not measured against their group', () => {
    const { state, evidence } = finding({ ...withRecent({ flatRight: 30, flatWrong: 4 }), groupRelative: false }, 'zeroVariance')
    assert.equal(state, 'ok')
    assert.match(evidence, /34 of 40 groups .* may teach all the same\.$/)
  })

  const sick: readonly [string, DiagnosisFigures, 'warn' | 'bad', RegExp][] = [
    ['zeroVariance', withRecent({ flatRight: 30, flatWrong: 4 }), 'bad', /34 of 40 groups \(85 %\).*30 all right, 4 all wrong/],
    ['zeroVariance', withRecent({ flatRight: 2, flatWrong: 20 }), 'warn', /22 of 40 groups \(55 %\)/],
    ['entropy', withMetrics({ 'policy/entropy': changing(1, 0.2) }), 'warn', /from 1\.00 to 0\.200 nats/],
    ['entropy', withMetrics({ 'policy/entropy': changing(1, 0.01) }), 'bad', /0\.0100 nats/],
    ['diversity', withRecent({ differentAnswers: { share: 0.2, firstStep: 37 } }), 'warn', /20 %.*over steps 37 to 40\./],
    ['truncation', withRecent({ truncated: 160 }), 'bad', /160 of 320 completions \(50 %\).*64 tokens/],
    ['lengthReward', withRecent({ lengthReward: -0.85 }), 'bad', /r = -0\.85/],
    ['updates', withMetrics({ 'gradient/norm': spike(1, 40, 50) }), 'warn', /largest 50\.0/],
    ['updates', withMetrics({ 'gradient/norm': steady(0) }), 'bad', /median 0\.00/],
    ['updates', withMetrics({ 'ratio/clippedHigh': steady(0.3) }), 'warn', /31 % of the tokens/],
    ['format', withMetrics({ 'reward/part/format': steady(0.1) }), 'bad', /0\.100/],
    ['format', withAnswers({ judged: 200, unread: 180 }), 'bad', /In 180 of the last 200 judged completions \(90 %\)/],
    ['format', withAnswers({ judged: 200, unread: 80 }), 'warn', /\(40 %\)/],
    ['scorable', withRecent({ notScorable: 40 }), 'bad', /40 of 320 rollouts \(13 %\)/]
  ]
  for (const [check, figures, state, evidence] of sick) {
    it(`${state === 'bad' ? 'alarms' : 'warns'}: ${check} (${evidence.source})`, () => {
      const found = finding(figures, check)
      assert.equal(found.state, state)
      assert.match(found.evidence, evidence)
      assert.notEqual(found.advice, '')
      assert.deepEqual(diagnose(figures).filter((one) => one.check !== check && one.state !== 'ok'), [])
    })
  }

  it('tells a refused format from a wrong answer only where the grader parses answers', () => {
    assert.equal(finding(withAnswers({ unread: 20 }), 'format').state, 'ok')
    const unparsed = finding(withAnswers({ unread: 300, unreadRight: 40 }), 'format')
    assert.equal(unparsed.state, 'unknown')
    assert.match(unparsed.evidence, /parses no answers: 40 completions are right without one/)
  })

  it('points to the rollouts behind each finding', () => {
    const train = { kinds: ['train'], steps: { from: 21, to: 40 } }
    assert.deepEqual(finding(healthy, 'truncation').filter, { ...train, stopReasons: ['length'] })
    assert.deepEqual(finding(withRecent({ differentAnswers: { share: 0.2, firstStep: 37 } }), 'diversity').filter, { ...train, steps: { from: 37, to: 40 } })
    assert.deepEqual(finding(healthy, 'zeroVariance').filter, { ...train, zeroVariance: true })
    assert.deepEqual(finding(withAnswers({ unread: 180 }), 'format').filter, { ...train, verdicts: ['wrong'] })
    assert.deepEqual(finding(withMetrics({ 'reward/part/format': steady(0.1) }), 'format').filter, { ...train, verdicts: ['wrong'], parts: { format: { to: 0.5 } } })
    for (const { filter } of diagnose(healthy)) assert.deepEqual([filter?.kinds, filter?.steps], [['train'], { from: 21, to: 40 }])
  })

  it('points to the steps in which gradients or ratios stand out, and names them', () => {
    const { filter, evidence } = finding(withMetrics({ 'gradient/norm': spike(1, 33, 50), 'ratio/max': spike(1.2, 36, 30) }), 'updates')
    assert.deepEqual(filter, { kinds: ['train'], steps: { from: 33, to: 36 } })
    assert.match(evidence, /steps 33 to 36/)
    assert.deepEqual(finding(withMetrics({ 'gradient/norm': steady(0) }), 'updates').filter, { kinds: ['train'], steps: { from: 21, to: 40 } })
  })

  it('points to no empty list: to all recent rollouts where nothing was found, to none where none were sampled', () => {
    const clean = withRecent({ truncated: 0, flatRight: 0, flatWrong: 0 })
    for (const check of ['truncation', 'zeroVariance', 'scorable']) assert.deepEqual(finding(clean, check).filter, { kinds: ['train'], steps: { from: 21, to: 40 } })
    assert.deepEqual(diagnose(withRecent({ rollouts: 0 })).filter(({ filter }) => filter !== undefined), [])
  })
})
