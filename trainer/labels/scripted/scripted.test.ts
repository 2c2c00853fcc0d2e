import assert from 'node:assert/strict'
import { LabelRecord } from '../../protocol/label.ts'
import type { Opinion } from '../../protocol/label.ts'
import type { StepVerdict } from '../../protocol/rollout.ts'
import { randomStream } from '../../random/random.ts'
import { judgeTrace } from './judgement.ts'
import type { ScriptedLabeler } from './judgement.ts'
import { plainCritique } from './plainCritique.ts'
import { scriptedLabels } from './scriptedLabels.ts'
import type { KnownRollout } from './scriptedLabels.ts'

const oracle: ScriptedLabeler = { name: 'oracle', errorRate: 0, laziness: 0, bias: 0, seed: 1 }
const AT = new Date('2025-01-31T12:00:00.000Z')

/** A trace of steps of three characters each, right or wrong as told. */
function trace(truth: readonly (boolean | null)[], correct: boolean | null = truth.every((ok) => ok !== false), id = 't000001.1-000-00'): KnownRollout {
  const text = truth.map((_, i) => `s${i % 10};`).join('')
  const steps: StepVerdict[] = truth.map((ok, i) => ({ from: 3 * i, to: 3 * i + 2, ok, why: ok === false ? `${i} is wrong` : '' }))
  const spans = steps.map(({ from, to }) => ({ kind: 'step' as const, from, to }))
  return { id, problemId: 'p', correct, steps, segments: [{ text, tokenEnds: [...text].map((_, i) => i + 1), spans }] }
}

const labels = (rollout: KnownRollout, labeler = oracle): LabelRecord[] =>
  scriptedLabels(rollout, labeler, 'run-1', AT, (known, assessment) => plainCritique(known.steps, assessment)).map((label) => LabelRecord.parse(label))
const opinions = (rollout: KnownRollout, labeler = oracle): Opinion[] => labels(rollout, labeler).map(({ opinion }) => opinion)
/** Judgements of many traces of one kind. */
const judged = (count: number, truth: readonly (boolean | null)[], labeler: ScriptedLabeler, correct = truth.every((ok) => ok !== false)): ReturnType<typeof judgeTrace>[] =>
  Array.from({ length: count }, (_, i) => judgeTrace(trace(truth, correct), labeler, randomStream('test', i)))
const share = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length

describe('a scripted labeler', () => {
  it('without faults says what is recorded, up to the first error', () => {
    assert.deepEqual(opinions(trace([true, null, false, true])), [
      { kind: 'stepRating', rating: 1 }, { kind: 'stepRating', rating: 'unsure' }, { kind: 'stepRating', rating: -1 },
      { kind: 'firstError', step: 2 }, { kind: 'verdict', right: false }, { kind: 'critique', text: 'Step 3 is wrong: 2 is wrong.' }, { kind: 'completed' }
    ])
    assert.deepEqual(opinions(trace([true, true])).slice(2), [
      { kind: 'firstError', step: null }, { kind: 'verdict', right: true }, { kind: 'critique', text: 'All 2 steps are right. The answer is right.' }, { kind: 'completed' }
    ])
    assert.deepEqual(opinions(trace([true], false)).slice(1, 3), [{ kind: 'firstError', step: null }, { kind: 'verdict', right: false }], 'a wrong answer after right steps')
    assert.deepEqual(opinions(trace([false], true)).slice(1, 3), [{ kind: 'firstError', step: 0 }, { kind: 'verdict', right: true }], 'two errors that cancel')
    assert.deepEqual(opinions(trace([], null)), [{ kind: 'completed' }])
    assert.deepEqual(opinions(trace([], false)), [{ kind: 'verdict', right: false }, { kind: 'critique', text: 'The answer is wrong.' }, { kind: 'completed' }])
  })

  it('ends a critique with one full stop, whether the checker wrote one or not', () => {
    const step = (why: string): StepVerdict => ({ from: 0, to: 2, ok: false, why })
    for (const why of ['2 + 2 is 4', '2 + 2 is 4.']) assert.equal(plainCritique([step(why)], { steps: [step(why)], right: false }), 'Step 1 is wrong: 2 + 2 is 4.')
  })

  it('reads on behind the first error where it is told to', () => {
    const found = opinions(trace([true, false, true, false]), { ...oracle, readsOn: true })
    assert.deepEqual(found.slice(0, 4).map((opinion) => opinion.kind === 'stepRating' && opinion.rating), [1, -1, 1, -1])
    assert.deepEqual(found[4], { kind: 'firstError', step: 1 })
  })

  it('marks every label as its own, with its parameters, and anchors it', () => {
    const made = labels(trace([true, false]), { ...oracle, errorRate: 0.25 })
    for (const { labeler, source, blind, draft } of made) {
      assert.deepEqual([labeler, source, blind, draft], ['scripted-oracle', { kind: 'scripted', name: 'oracle', errorRate: 0.25, laziness: 0, bias: 0, seed: 1 }, true, false])
    }
    assert.equal(new Set(made.map(({ id }) => id)).size, made.length)
    const [first] = labels(trace([true, false]))
    assert.deepEqual([first!.anchor.from, first!.anchor.to, first!.anchor.step, first!.anchor.tokens], [0, 2, 0, { from: 0, to: 2 }])
  })

  it('says the same for the same seed, something else for another', () => {
    const faulty = { ...oracle, errorRate: 0.5 }
    const all = (seed: number): Opinion[][] => Array.from({ length: 20 }, (_, i) => opinions(trace([true, false, true], false, `r${i}`), { ...faulty, seed }))
    assert.deepEqual(all(1), all(1))
    assert.notDeepEqual(all(1), all(2))
  })

  it('errs as often as its error rate says', () => {
    const first = judged(4000, [true], { ...oracle, errorRate: 0.3 }).map(({ steps }) => steps[0]!.ok === false)
    // Four standard deviations of 4,000 draws are 0.029.
    assert.ok(Math.abs(share(first) - 0.3) < 0.03, String(share(first)))
    const verdicts = judged(4000, [null], { ...oracle, errorRate: 0.3 }, true).map(({ right }) => right === false)
    assert.ok(Math.abs(share(verdicts) - 0.3) < 0.03)
    assert.ok(judged(200, [true, false], { ...oracle, errorRate: 1 }).every(({ firstError, right }) => firstError === 0 && right === false))
  })

  it('misses errors by laziness alone, and then takes the answer for right', () => {
    const lazy = judged(4000, [true, false], { ...oracle, laziness: 0.4 })
    const missed = lazy.map(({ firstError }) => firstError === null)
    assert.ok(Math.abs(share(missed) - 0.4) < 0.035, String(share(missed)))
    assert.ok(lazy.every(({ firstError, right }) => right === (firstError === null)))
    assert.deepEqual(opinions(trace([true]), { ...oracle, laziness: 1 })[0], { kind: 'stepRating', rating: 0 })
  })

  it('leans as its bias says', () => {
    const wrongOn = (truth: boolean, bias: number): number => share(judged(4000, [truth], { ...oracle, errorRate: 0.2, bias }).map(({ steps }) => steps[0]!.ok !== truth))
    for (const [bias, onRight, onWrong] of [[1, 0, 0.4], [-1, 0.4, 0], [0.5, 0.1, 0.3]] as const) {
      assert.ok(Math.abs(wrongOn(true, bias) - onRight) < 0.035, `${bias}`)
      assert.ok(Math.abs(wrongOn(false, bias) - onWrong) < 0.035, `${bias}`)
    }
  })

  it('is wrong wherever one with a smaller error rate is', () => {
    const errors = (errorRate: number): number[] => judged(500, [true], { ...oracle, errorRate }).flatMap(({ firstError }, i) => (firstError === 0 ? [i] : []))
    const [few, many] = [errors(0.1), new Set(errors(0.3))]
    assert.ok(few.length > 20 && few.every((i) => many.has(i)))
  })

  it('gives reasons only where the checker has them', () => {
    const said = opinions(trace([true]), { ...oracle, errorRate: 1 }).find((opinion) => opinion.kind === 'critique')
    assert.ok(said?.kind === 'critique' && said.text === 'Step 1 is wrong.')
  })

  it('labels the segment whose steps were judged', () => {
    const judgedLast = trace([true, false])
    const first = { text: 'first try', tokenEnds: [9], spans: [] }
    const [label] = labels({ ...judgedLast, segments: [first, judgedLast.segments[0]!] })
    assert.equal(label!.anchor.segment, 1)
  })
})
