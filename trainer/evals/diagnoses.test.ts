import assert from 'node:assert/strict'
import type { DiagnosisFinding } from '../protocol/runViews.ts'
import { diagnose } from './diagnoses.ts'
import type { DiagnosisFigures, RolloutFigures } from './diagnoses.ts'

const recent: RolloutFigures = {
  firstStep: 21, lastStep: 40, rollouts: 320, notScorable: 0, truncated: 3, groups: 40, flatRight: 4, flatWrong: 2, flatOther: 0, lengthReward: 0.1, differentAnswers: 0.9
}
const steady = (value: number): number[] => new Array<number>(40).fill(value)
const healthy: DiagnosisFigures = {
  window: 20, steps: 40, recent, maxTokens: 64,
  metrics: { 'policy/entropy': steady(0.8), 'gradient/norm': steady(1), 'ratio/max': steady(1.2), 'ratio/clippedHigh': steady(0.01), 'ratio/clippedLow': steady(0.01), 'length/mean': steady(30), 'reward/part/format': steady(0.95) }
}
const finding = (figures: DiagnosisFigures, check: string): DiagnosisFinding => diagnose(figures).find((one) => one.check === check)!
const withRecent = (change: Partial<RolloutFigures>): DiagnosisFigures => ({ ...healthy, recent: { ...recent, ...change } })
const withMetrics = (metrics: DiagnosisFigures['metrics']): DiagnosisFigures => ({ ...healthy, metrics: { ...healthy.metrics, ...metrics } })

describe('diagnoses', () => {
  it('finds nothing wrong with a healthy run', () => {
    assert.deepEqual(diagnose(healthy).filter(({ state, advice }) => state !== 'ok' || advice !== ''), [])
  })

  it('says unknown, and why, of a run that has recorded nothing', () => {
    const nothing = { firstStep: 0, lastStep: 0, rollouts: 0, notScorable: 0, truncated: 0, groups: 0, flatRight: 0, flatWrong: 0, flatOther: 0, lengthReward: null, differentAnswers: null }
    for (const { state, evidence, advice } of diagnose({ window: 20, steps: 0, metrics: {}, recent: nothing, maxTokens: undefined })) {
      assert.equal(state, 'unknown')
      assert.doesNotMatch(evidence, /NaN|undefined|Infinity/)
      assert.equal(advice, '')
    }
  })

  const sick: readonly [string, DiagnosisFigures, 'warn' | 'bad', RegExp][] = [
    ['zeroVariance', withRecent({ flatRight: 30, flatWrong: 4 }), 'bad', /34 of 40 groups \(85 %\).*30 all right, 4 all wrong/],
    ['zeroVariance', withRecent({ flatRight: 2, flatWrong: 20 }), 'warn', /22 of 40 groups \(55 %\)/],
    ['entropy', withMetrics({ 'policy/entropy': [...steady(1).slice(20), ...steady(0.2).slice(20)] }), 'warn', /from 1\.00 to 0\.200 nats/],
    ['entropy', withMetrics({ 'policy/entropy': [...steady(1).slice(20), ...steady(0.01).slice(20)] }), 'bad', /0\.0100 nats/],
    ['diversity', withRecent({ differentAnswers: 0.2 }), 'warn', /20 %/],
    ['truncation', withRecent({ truncated: 160 }), 'bad', /160 of 320 completions \(50 %\).*64 tokens/],
    ['lengthReward', withRecent({ lengthReward: -0.85 }), 'bad', /r = -0\.85/],
    ['updates', withMetrics({ 'gradient/norm': [...steady(1).slice(1), 50] }), 'warn', /largest 50\.0/],
    ['updates', withMetrics({ 'gradient/norm': steady(0) }), 'bad', /median 0\.00/],
    ['updates', withMetrics({ 'ratio/clippedHigh': steady(0.3) }), 'warn', /31 % of the tokens/],
    ['format', withMetrics({ 'reward/part/format': steady(0.1) }), 'bad', /0\.100/],
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

  it('points to the rollouts behind a finding', () => {
    assert.deepEqual(finding(healthy, 'truncation').filter, { kinds: ['train'], steps: { from: 21, to: 40 }, stopReasons: ['length'] })
    assert.deepEqual(finding(healthy, 'zeroVariance').filter, { kinds: ['train'], steps: { from: 21, to: 40 }, zeroVariance: true })
  })
})
