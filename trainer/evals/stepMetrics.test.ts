import assert from 'node:assert/strict'
import fc from 'fast-check'
import { execution, testRun } from '../protocol/execution.fixture.ts'
import { MetricsRecord } from '../protocol/metrics.ts'
import type { Rollout, Segment } from '../protocol/rollout.ts'
import { klEstimates } from './klEstimates.ts'
import { definitionOf, METRIC_DEFINITIONS } from './metricDefinitions.ts'
import { stepMetrics } from './stepMetrics.ts'
import type { StepFigures, UpdateFigures } from './stepMetrics.ts'

function rollout(group: string, correct: boolean | null, tokens: number, over: Partial<Rollout> = {}): Rollout {
  const total = correct === null ? null : Number(correct)
  const perToken = <T>(value: T): T[] => Array.from({ length: tokens }, () => value)
  const segment: Segment = {
    samplePrompt: { text: 'p', tokens: [1] }, text: 't', tokens: perToken(2), tokenEnds: perToken(1), logprobs: perToken(-1), samplingLogprobs: perToken(-1),
    entropies: perToken(0.5), mask: perToken(1), source: 'policy', spans: [], stopReason: tokens === 8 ? 'length' : 'endOfText'
  }
  return {
    version: 1, id: `${group}-${tokens}`, kind: 'train', stage: 'rl', step: 1, attempt: 1, superseded: false, group, sampleIndex: 0, problemId: 'p', environment: 'sums',
    params: {}, segments: [segment], answer: null, correct, steps: [], reward: { total, parts: [{ name: 'answer', score: total, weight: 1, why: '' }] },
    policyVersion: 0, seed: 1, timing: { sampledAt: '2026-01-01T00:00:00Z', sampleSeconds: 0, rewardSeconds: 0 }, errors: [], tags: {}, ...over
  }
}

const update = (over: Partial<UpdateFigures['calls'][number]['result']>, maskedTokens: number): UpdateFigures => ({
  calls: [{ maskedTokens, result: { logprobs: [], loss: 0.5, termValues: [], clippedLow: 0, clippedHigh: 0, meanRatio: 1, maxRatio: 1, tokens: 100, ...over } }],
  optimizer: { gradNorm: 2, updateNorm: 0.1, parameterNorm: 10 },
  learningRate: 1e-4
})

const figures = (over: Partial<StepFigures>): StepFigures => ({ rollouts: [], droppedGroups: {}, scoredTokens: [], referencedTokens: [], updates: [], seconds: {}, ...over })

const full = figures({
  rollouts: [
    rollout('mixed', true, 2), rollout('mixed', false, 4), rollout('right', true, 6), rollout('right', true, 6), rollout('wrong', false, 8), rollout('wrong', null, 4),
    rollout('lost', null, 4)
  ],
  droppedGroups: { zeroVariance: 2, notScorable: 1 },
  scoredTokens: [{ sampler_T: [-1, -2], trainer_T: [-1, -2.5] }],
  referencedTokens: [{ policy_T: [-1, -2.5], reference_T: [-1.5, -2.5] }],
  updates: [update({ clippedLow: 0.5, meanRatio: 2, maxRatio: 3 }, 10), update({ maxRatio: 5, loss: 1.5 }, 30)],
  seconds: { sample: 2, update: 4, score: 0.5 }
})

const refined = rollout('wrong', true, 4)
const refinement: Rollout = { ...refined, segments: refined.segments.map((segment) => ({ ...segment, source: 'refine' as const })) }

describe('stepMetrics', () => {
  const values = stepMetrics(full)

  it('measures rewards over scorable rollouts', () => {
    assert.equal(values['reward/mean'], 3 / 5)
    assert.ok(Math.abs((values['reward/std'] ?? 0) - Math.sqrt(0.3)) < 1e-12)
    // Means of the groups with a reward: 1/2, 1, 0.
    assert.ok(Math.abs((values['reward/standardError'] ?? 0) - 0.5 / Math.sqrt(3)) < 1e-12)
    assert.equal('reward/standardError' in stepMetrics(figures({ rollouts: [rollout('one', true, 1), rollout('one', false, 1), rollout('lost', null, 1)] })), false)
    assert.equal(values['reward/part/answer'], 3 / 5)
    assert.equal(values['train/passAt1'], 3 / 5)
    assert.deepEqual([values['rollouts/total'], values['rollouts/notScorable']], [7, 2])
  })

  it('keeps refinements apart', () => {
    const apart = stepMetrics({ ...full, rollouts: [...full.rollouts, refinement] })
    assert.deepEqual([apart['refinements/total'], apart['refinements/right']], [1, 1])
    assert.deepEqual(['train/passAt1', 'groups/allWrong', 'rollouts/total'].map((name) => apart[name]), ['train/passAt1', 'groups/allWrong', 'rollouts/total'].map((name) => values[name]))
    assert.equal(values['refinements/total'], undefined)
  })

  it('splits groups by what they have to say', () => {
    assert.deepEqual(
      ['total', 'kept', 'zeroVariance', 'allRight', 'allWrong', 'sweetSpot', 'dropped/zeroVariance', 'dropped/notScorable'].map((name) => values[`groups/${name}`]),
      [4, 1 / 4, 2 / 3, 1 / 3, 1 / 3, 1 / 3, 2, 1]
    )
  })

  it('measures what the policy wrote and is trained on, not what it was told or what a critique led to', () => {
    const [segment] = rollout('told', true, 4).segments as [Segment]
    const told: Segment = { ...segment, text: 'aabb', tokenEnds: [1, 2, 3, 4], entropies: [1, 2, 0, 0], spans: [{ kind: 'tool', from: 2, to: 4 }] }
    const after: Segment = { ...segment, source: 'refine', stopReason: 'length' }
    const metrics = stepMetrics(figures({ rollouts: [rollout('told', true, 4, { segments: [told] }), rollout('critic', true, 4, { segments: [segment, after] })], seconds: { sample: 1 } }))
    assert.deepEqual([metrics['policy/entropy'], metrics['length/mean'], metrics['length/truncated']], [(1 + 2 + 4 * 0.5) / 6, 3, 0])
    assert.equal(metrics['throughput/sampled'], 2 + 4 + 4)
  })

  it('takes groups for uniform as the filter does, whatever a KL penalty adds', () => {
    const penalised = (kl: number): Rollout => rollout('g', true, 2, { reward: { total: 1 - kl, parts: [{ name: 'answer', score: 1, weight: 1, why: '' }, { name: 'kl', score: -kl, weight: 1, why: '' }] } })
    assert.equal(stepMetrics(figures({ rollouts: [penalised(0.1), penalised(0.2)] }))['groups/zeroVariance'], 1)
  })

  it('measures lengths of right and wrong apart', () => {
    assert.deepEqual([values['length/right/median'], values['length/wrong/mean'], values['length/mean']], [6, 6, 34 / 7])
    assert.equal(values['length/truncated'], 1 / 7)
    assert.ok(Math.abs((values['length/p95'] ?? 0) - 7.4) < 1e-9)
  })

  it('weighs calls by the tokens they trained on, and updates each the same', () => {
    assert.deepEqual([values['ratio/mean'], values['ratio/max'], values['ratio/clippedLow']], [1.25, 5, 0.125])
    assert.deepEqual([values['loss/total'], values['gradient/norm'], values['update/relative'], values['optimizer/learningRate']], [1, 2, 0.01, 1e-4])
  })

  it('compares sampler, trainer and reference token by token', () => {
    assert.deepEqual([values['mismatch/mean'], values['mismatch/max']], [0.25, 0.5])
    assert.deepEqual([values['kl/k1'], values['kl/k2']], [0.25, 0.0625])
  })

  it('has speeds of the phases that took place', () => {
    assert.deepEqual([values['throughput/sampled'], values['throughput/trained'], values['seconds/score']], [17, 50, 0.5])
  })

  it('leaves out what cannot be computed', () => {
    const empty = stepMetrics(figures({}))
    assert.ok(Object.values(empty).every(Number.isFinite))
    assert.equal('reward/mean' in empty || 'kl/k1' in empty || 'gradient/norm' in empty || 'length/right/mean' in empty, false)
    const diverged = stepMetrics(figures({ scoredTokens: [{ sampler_T: [-1], trainer_T: [-1000] }], referencedTokens: [{ policy_T: [-1000], reference_T: [0] }] }))
    assert.equal('kl/k3' in diverged, false)
  })

  it('gives a valid record in which every name has a definition', () => {
    assert.ok(MetricsRecord.safeParse({ version: 1, stage: 'rl', step: 1, at: '2026-01-01T00:00:00Z', seconds: 1, values }).success)
    assert.deepEqual(Object.keys(values).filter((name) => !definitionOf(name)), [])
  })

  it('can record everything that is defined', () => {
    const withSteps = stepMetrics({ ...full, rollouts: [...full.rollouts, refinement].map((one) => ({ ...one, steps: [{ from: 0, to: 1, ok: true, why: '' }] })) })
    const failed = execution([testRun('a', 'timeout')], { signals: [{ kind: 'earlyExit', why: '' }] })
    const executed = stepMetrics(figures({ rollouts: [rollout('run', false, 2, { executions: [failed] })], executed: { executions: 1, busySeconds: 1 }, seconds: { sample: 2 }, device: { memoryBytes: 1, peakMemoryBytes: 2, utilisation: 0.5, powerWatts: 300 } }))
    const recorded = Object.keys({ ...withSteps, ...executed }).map((name) => (Object.hasOwn(METRIC_DEFINITIONS, name) ? name : name.replace(/[^/]*$/, '*')))
    // What stages on preferences record stands in preferenceMetrics.test.ts; what other programs log is theirs.
    const ofSteps = Object.keys(METRIC_DEFINITIONS).filter((name) => !name.startsWith('preferences/') && !name.startsWith('logged/'))
    assert.deepEqual(new Set(recorded), new Set(ofSteps))
  })
})

describe('klEstimates', () => {
  it('has k3 ≥ 0 and agrees with k2 near equality', () => {
    fc.assert(fc.property(fc.double({ min: -5, max: 0, noNaN: true }), fc.double({ min: -1e-3, max: 1e-3, noNaN: true }), (logprob, difference) => {
      const [k3 = NaN] = klEstimates([logprob], [logprob + difference], 'k3')
      const [k2 = NaN] = klEstimates([logprob], [logprob + difference], 'k2')
      assert.ok(k3 >= -1e-15 && Math.abs(k3 - k2) <= Math.abs(difference) ** 3 + 1e-15)
    }))
  })

  it('averages k1 and k3 to the KL of two coins', () => {
    const [p, q] = [0.3, 0.6]
    const kl = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q))
    for (const estimator of ['k1', 'k3'] as const) {
      const [heads = NaN, tails = NaN] = klEstimates([Math.log(p), Math.log(1 - p)], [Math.log(q), Math.log(1 - q)], estimator)
      assert.ok(Math.abs(p * heads + (1 - p) * tails - kl) < 1e-12)
    }
  })
})
