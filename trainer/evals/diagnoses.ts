/**
 * Why is it not learning? Checks over what a run recorded, each with the numbers it rests on. Pure: the same figures give the
 * same findings. Thresholds are rules of thumb and are named in the evidence.
 */
import type { RolloutFilter } from '../protocol/rolloutViews.ts'
import type { DiagnosisFinding } from '../protocol/runViews.ts'
import { meanOf } from './means.ts'

export interface MetricValue {
  readonly step: number
  readonly value: number
}

/** Figures over the last steps (`recent`) and the first steps (`early`) of training. */
export interface DiagnosisFigures {
  /** Steps that recent and early figures are over, at most. */
  readonly window: number
  /** Metrics by name over the steps of reinforcement learning (of the last stage where there is none), oldest first; absent values left out. */
  readonly metrics: Readonly<Record<string, readonly MetricValue[]>>
  readonly recent: RolloutFigures
  /** Whether rollouts are measured against their group, so that one of equal rewards teaches nothing. */
  readonly groupRelative: boolean
  /** Token limit of a completion; undefined where stages differ. */
  readonly maxTokens: number | undefined
}

/** Counts over the training rollouts of the recent steps, superseded ones left out. */
export interface RolloutFigures {
  readonly firstStep: number
  readonly lastStep: number
  readonly rollouts: number
  readonly notScorable: number
  readonly truncated: number
  readonly groups: number
  readonly flatRight: number
  readonly flatWrong: number
  readonly flatOther: number
  /** Pearson correlation of completion tokens and reward; null where undefined. */
  readonly lengthReward: number | null
  /** Null where unknown. */
  readonly differentAnswers: DifferentAnswers | null
  readonly answers: AnswerFigures
}

/** Over the last of those rollouts, of which not all texts are read. */
export interface DifferentAnswers {
  /** Mean share of different answers in a group. */
  readonly share: number
  /** The first step of which texts were read. */
  readonly firstStep: number
}

/** Counts over the last of those rollouts that have a verdict and could be read whole. */
export interface AnswerFigures {
  readonly judged: number
  /** Without an answer that the grader could parse. */
  readonly unread: number
  /** Right all the same: the grader parses no answers. */
  readonly unreadRight: number
}

export const DIAGNOSIS_WINDOW = 20
const MIN_STEPS = 5

/** Its advice is for the case that something was found. */
type Check = (figures: DiagnosisFigures) => DiagnosisFinding

export function diagnose(figures: DiagnosisFigures): DiagnosisFinding[] {
  return CHECKS.map((check) => {
    const { filter, ...finding } = check(figures)
    // Where nothing was sampled, a link to rollouts would lead nowhere.
    return { ...finding, ...(FOUND.has(finding.state) ? {} : { advice: '' }), ...(filter && figures.recent.rollouts > 0 && { filter }) }
  })
}

const FOUND: ReadonlySet<DiagnosisFinding['state']> = new Set(['warn', 'bad'])

const zeroVariance: Check = ({ recent, groupRelative }) => {
  const flat = recent.flatRight + recent.flatWrong + recent.flatOther
  const share = flat / recent.groups
  const allRight = recent.flatRight > recent.flatWrong
  return {
    check: 'zeroVariance', title: 'Groups without a signal', metrics: ['groups/zeroVariance', 'groups/allRight', 'groups/allWrong'],
    state: recent.groups === 0 ? 'unknown' : !groupRelative || share < 0.5 ? 'ok' : share >= 0.8 ? 'bad' : 'warn',
    evidence: recent.groups === 0
      ? 'No groups were recorded yet.'
      : `${flat} of ${recent.groups} groups (${percent(share)}) of ${stepsOf(recent)} have equal rewards: ${recent.flatRight} all right, ${recent.flatWrong} all wrong, ${recent.flatOther} otherwise. ${groupRelative ? 'Warns from 50 %.' : 'The algorithm does not measure rollouts against their group: such groups may teach all the same.'}`,
    advice: allRight ? 'The problems have become too easy: raise their difficulty.' : 'The problems are too hard, or the grader refuses the answers: lower the difficulty, raise groupSize, or start from a better base.',
    filter: { ...within(recent), ...(flat > 0 && { zeroVariance: true }) }
  }
}

const entropy: Check = ({ metrics, window, recent }) => {
  const values = valuesOf(metrics, 'policy/entropy')
  const { early, late, known } = ends(values, window)
  const ratio = late / early
  return {
    check: 'entropy', title: 'Collapse of entropy', metrics: ['policy/entropy'],
    state: !known ? 'unknown' : late < 0.02 || ratio < 0.1 ? 'bad' : ratio < 0.3 ? 'warn' : 'ok',
    evidence: known
      ? `Token entropy went from ${figure(early)} to ${figure(late)} nats (means of the first and the last ${Math.min(window, Math.floor(values.length / 2))} steps). Warns below 30 % of the start.`
      : tooFew(values.length),
    advice: 'The policy hardly explores any more: raise the temperature or the entropy bonus, clip higher, or lower the learning rate.',
    filter: within(recent)
  }
}

const diversity: Check = ({ recent }) => {
  const { share, firstStep } = recent.differentAnswers ?? { share: null, firstStep: recent.firstStep }
  const read = { ...recent, firstStep }
  return {
    check: 'diversity', title: 'Collapse of diversity', metrics: ['policy/entropy', 'groups/zeroVariance'],
    state: share === null ? 'unknown' : share < 0.15 ? 'bad' : share < 0.3 ? 'warn' : 'ok',
    evidence: share === null
      ? 'The texts of the recent rollouts could not be read.'
      : `On average ${percent(share)} of the completions of a group differ from all others of it, over ${stepsOf(read)}. Warns below 30 %.`,
    advice: 'The attempts of a group are nearly the same: raise the temperature, or draw harder problems.',
    filter: within(read)
  }
}

const truncation: Check = ({ recent, maxTokens }) => {
  const share = recent.truncated / recent.rollouts
  return {
    check: 'truncation', title: 'Completions cut off', metrics: ['length/truncated', 'length/p95'],
    state: recent.rollouts === 0 ? 'unknown' : share >= 0.3 ? 'bad' : share >= 0.1 ? 'warn' : 'ok',
    evidence: recent.rollouts === 0
      ? 'No rollouts were recorded yet.'
      : `${recent.truncated} of ${recent.rollouts} completions (${percent(share)}) of ${stepsOf(recent)} reached the limit${maxTokens === undefined ? '' : ` of ${maxTokens} tokens`}. Warns from 10 %.`,
    advice: 'Raise sampling.maxTokens, or reward shorter completions; cut-off answers count as wrong.',
    filter: { ...within(recent), ...(recent.truncated > 0 && { stopReasons: ['length'] }) }
  }
}

const lengthReward: Check = ({ recent, metrics, window }) => {
  const r = recent.lengthReward
  const { early, late, known } = ends(valuesOf(metrics, 'length/mean'), window)
  return {
    check: 'lengthReward', title: 'Length against reward', metrics: ['length/mean', 'length/right/mean', 'length/wrong/mean', 'reward/mean'],
    state: r === null ? 'unknown' : Math.abs(r) >= 0.8 ? 'bad' : Math.abs(r) >= 0.5 ? 'warn' : 'ok',
    evidence: r === null
      ? 'Lengths or rewards of the recent rollouts do not vary.'
      : `Reward and completion tokens correlate with r = ${r.toFixed(2)} over ${recent.rollouts} rollouts of ${stepsOf(recent)}${known ? `; the mean length went from ${figure(early)} to ${figure(late)} tokens` : ''}. Warns from |r| = 0.5.`,
    advice: 'Look whether length itself is rewarded: read the shortest and the longest right completions.',
    filter: within(recent)
  }
}

const updates: Check = ({ metrics, window, recent }) => {
  const last = (name: string): readonly MetricValue[] => (metrics[name] ?? []).slice(-window)
  const norms = last('gradient/norm')
  const median = medianOf(norms.map(({ value }) => value))
  const largest = norms.reduce((most, { value }) => Math.max(most, value), 0)
  const ratio = last('ratio/max').reduce((most, { value }) => Math.max(most, value), 0)
  const clipped = meanOf(last('ratio/clippedHigh').map(({ value }) => value)) + meanOf(last('ratio/clippedLow').map(({ value }) => value))
  const vanished = norms.length > 0 && median < 1e-6
  const bad = vanished || ratio > 100 || clipped > 0.5
  const warn = (median > 0 && largest > 20 * median) || ratio > 10 || clipped > 0.2
  const spikes = [...norms.filter(({ value }) => median > 0 && value > 20 * median), ...last('ratio/max').filter(({ value }) => value > 10)].map(({ step }) => step)
  return {
    check: 'updates', title: 'Gradients and ratios', metrics: ['gradient/norm', 'ratio/max', 'ratio/clippedHigh', 'ratio/clippedLow', 'update/relative'],
    state: norms.length === 0 ? 'unknown' : bad ? 'bad' : warn ? 'warn' : 'ok',
    evidence: norms.length === 0
      ? 'No optimiser step was recorded yet.'
      : `Over the last ${norms.length} steps the gradient norm has median ${figure(median)} and largest ${figure(largest)}${ratio > 0 ? `; the largest ratio is ${figure(ratio)}` : ''}${Number.isFinite(clipped) ? `; ${percent(clipped)} of the tokens were clipped` : ''}${spikes.length > 0 ? `; it stands out in ${stepsOf(spanOf(spikes))}` : ''}. Warns from 20 times the median, a ratio of 10, or 20 % clipped.`,
    advice: vanished ? 'No gradient reaches the weights: look at zero-variance groups and at the filter.' : 'Lower the learning rate or updatesPerStep, or clip the gradient (optimizer.maxGradNorm).',
    filter: within(spikes.length > 0 ? spanOf(spikes) : recent)
  }
}

const format: Check = (figures) => {
  const scores = valuesOf(figures.metrics, 'reward/part/format').slice(-figures.window)
  const { title, metrics, advice } = FORMAT
  const { evidence, refused, parts } = scores.length > 0 ? scoredFormats(scores) : parsedAnswers(figures.recent)
  return {
    check: 'format', title, metrics, advice, evidence,
    state: refused === null ? 'unknown' : refused > 0.7 ? 'bad' : refused > 0.3 ? 'warn' : 'ok',
    filter: { ...within(figures.recent), ...(refused !== null && refused > 0 && { verdicts: ['wrong'], ...parts }) }
  }
}

const FORMAT = {
  title: 'Formats that the grader refuses',
  metrics: ['reward/part/format', 'train/passAt1'],
  advice: 'Read some refused completions: is the format asked for in the prompt, and does the base model know it? A short supervised stage helps.'
}

/** `refused`: share of completions; null = cannot be told. */
interface FormatEvidence {
  readonly evidence: string
  readonly refused: number | null
  readonly parts?: RolloutFilter
}

function scoredFormats(scores: readonly number[]): FormatEvidence {
  const score = meanOf(scores)
  return { evidence: `The format part scored ${figure(score)} on average over the last ${scores.length} steps. Warns below 0.7.`, refused: 1 - score, parts: { parts: { format: { to: 0.5 } } } }
}

/** A run without a part that scores the format: whether its grader found an answer to judge. */
function parsedAnswers({ answers: { judged, unread, unreadRight } }: RolloutFigures): FormatEvidence {
  if (judged === 0) return { evidence: 'No rollout with a verdict could be read.', refused: null }
  if (unreadRight > 0) return { evidence: `The grader parses no answers: ${unreadRight} completions are right without one, so that a refused format cannot be told from a wrong answer.`, refused: null }
  return {
    evidence: `In ${unread} of the last ${judged} judged completions (${percent(unread / judged)}) the grader found no answer. Warns above 30 %.`,
    refused: unread / judged
  }
}

const scorable: Check = ({ recent }) => {
  const share = recent.notScorable / recent.rollouts
  return {
    check: 'scorable', title: 'Rollouts that could not be scored', metrics: ['rollouts/notScorable'],
    state: recent.rollouts === 0 ? 'unknown' : share >= 0.1 ? 'bad' : recent.notScorable > 0 ? 'warn' : 'ok',
    evidence: recent.rollouts === 0
      ? 'No rollouts were recorded yet.'
      : `${recent.notScorable} of ${recent.rollouts} rollouts (${percent(share)}) of ${stepsOf(recent)} have no reward; they are not trained on. Bad from 10 %.`,
    advice: 'Read their errors: a reward failed or took longer than rewardDeadlineSeconds.',
    filter: { ...within(recent), ...(recent.notScorable > 0 && { verdicts: ['notScorable'] }) }
  }
}

const CHECKS: readonly Check[] = [zeroVariance, entropy, diversity, truncation, lengthReward, updates, format, scorable]

type StepSpan = Pick<RolloutFigures, 'firstStep' | 'lastStep'>
const spanOf = (steps: readonly number[]): StepSpan => ({ firstStep: Math.min(...steps), lastStep: Math.max(...steps) })
const valuesOf = (metrics: DiagnosisFigures['metrics'], name: string): number[] => (metrics[name] ?? []).map(({ value }) => value)
const within = ({ firstStep, lastStep }: StepSpan): { kinds: ['train']; steps: { from: number; to: number } } => ({ kinds: ['train'], steps: { from: firstStep, to: lastStep } })
const stepsOf = ({ firstStep, lastStep }: StepSpan): string => (firstStep === lastStep ? `step ${firstStep}` : `steps ${firstStep} to ${lastStep}`)
const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
const figure = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3))
const tooFew = (steps: number): string => `${steps} steps were recorded; ${2 * MIN_STEPS} are needed.`

function ends(values: readonly number[], window: number): { early: number; late: number; known: boolean } {
  const size = Math.min(window, Math.floor(values.length / 2))
  return { early: meanOf(values.slice(0, size)), late: meanOf(values.slice(-size)), known: size >= MIN_STEPS }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
