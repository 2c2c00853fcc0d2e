import type { ChartShape } from '../charts/chartData.ts'

/** Where the values of a line come from: a recorded metric, or the held-out evaluations. */
export type LineSource =
  | {
    readonly from: 'metric'
    /** A name or a family ending in `*`. */
    readonly name: string
    readonly label?: string
    readonly interval?: 'reward'
    /** Not recorded at a step means this. */
    readonly absent?: 0
    /** Names of the family are words of ours, to be told as such. */
    readonly spaced?: true
  }
  | { readonly from: 'evaluation'; readonly figure: 'passAt1' | 'passAtK' | 'stepTruth'; readonly label: string }

export interface ChartSpec {
  readonly id: string
  readonly group: ChartGroup
  readonly title: string
  readonly shape: ChartShape
  readonly lines: readonly LineSource[]
  /** Said before the definitions of its lines. */
  readonly about?: string
  /** Rollouts that a step of this chart stands for. */
  readonly rollouts: 'train' | 'evaluation'
}

export const CHART_GROUPS = ['Learning', 'Signal', 'Execution', 'Policy', 'Length', 'Speed', 'Device'] as const
export type ChartGroup = (typeof CHART_GROUPS)[number]

const metric = (name: string, label?: string): LineSource => ({ from: 'metric', name, ...(label === undefined ? {} : { label }) })
const shape = (unit: string, range: ChartShape['range'], stacked = false): ChartShape => ({ unit, range, stacked })

const EVALUATED = 'Points: evaluations on held-out problems with their 95 % bootstrap intervals over problems.'

export const CHARTS: readonly ChartSpec[] = [
  {
    id: 'reward', group: 'Learning', title: 'Reward', shape: shape('reward', 'auto'), rollouts: 'train',
    lines: [{ from: 'metric', name: 'reward/mean', label: 'mean', interval: 'reward' }],
    about: 'Band: Student’s 95 % interval of the step’s mean over its problems, mean ± t · standard error over groups. Where no standard error was recorded (older runs, steps of one group): mean ± 1.96 · standard deviation / √rollouts, which takes rollouts of one problem for independent and is too narrow.'
  },
  { id: 'parts', group: 'Learning', title: 'Reward by part', shape: shape('score', 'auto'), rollouts: 'train', lines: [metric('reward/part/*')] },
  {
    id: 'passAt1', group: 'Learning', title: 'pass@1', shape: shape('share', 'share'), rollouts: 'train', about: EVALUATED,
    lines: [metric('train/passAt1', 'training problems'), { from: 'evaluation', figure: 'passAt1', label: '' }]
  },
  {
    id: 'passAtK', group: 'Learning', title: 'pass@k, held out', shape: shape('share', 'share'), rollouts: 'evaluation',
    about: `Share of problems with a right completion among k, by the unbiased estimator. ${EVALUATED}`,
    lines: [{ from: 'evaluation', figure: 'passAtK', label: 'pass@' }]
  },
  {
    id: 'truth', group: 'Learning', title: 'Step truth', shape: shape('share', 'share'), rollouts: 'train', about: EVALUATED,
    lines: [metric('steps/truth', 'training problems'), { from: 'evaluation', figure: 'stepTruth', label: '' }]
  },
  {
    id: 'zeroVariance', group: 'Signal', title: 'Zero-variance groups', shape: shape('share of groups', 'share'), rollouts: 'train',
    lines: [metric('groups/zeroVariance', 'zero variance'), metric('groups/allRight', 'all right'), metric('groups/allWrong', 'all wrong')]
  },
  {
    id: 'kept', group: 'Signal', title: 'Groups that teach', shape: shape('share of groups', 'share'), rollouts: 'train',
    lines: [metric('groups/kept', 'kept by the filter'), metric('groups/sweetSpot', '30–70 % right')]
  },
  { id: 'dropped', group: 'Signal', title: 'Groups dropped', shape: shape('groups', 'zero'), rollouts: 'train', lines: [{ from: 'metric', name: 'groups/dropped/*', absent: 0 }] },
  {
    id: 'rollouts', group: 'Signal', title: 'Rollouts', shape: shape('rollouts', 'zero'), rollouts: 'train',
    lines: [metric('rollouts/total', 'sampled'), metric('rollouts/notScorable', 'not scorable')]
  },
  {
    id: 'tests', group: 'Execution', title: 'Tests passed', shape: shape('share of tests', 'share'), rollouts: 'train',
    lines: [metric('tests/passed', 'passed'), metric('tests/notJudged', 'not judged')]
  },
  { id: 'testFailures', group: 'Execution', title: 'Tests failed, by reason', shape: shape('tests', 'zero'), rollouts: 'train', lines: [{ from: 'metric', name: 'tests/failed/*', absent: 0, spaced: true }] },
  {
    id: 'executionSpeed', group: 'Execution', title: 'Execution speed', shape: shape('executions/s', 'zero'), rollouts: 'train', lines: [metric('executions/perSecond', 'run and judged')]
  },
  {
    id: 'executionShare', group: 'Execution', title: 'Executions in the step', shape: shape('share', 'share'), rollouts: 'train',
    lines: [metric('executions/timeShare', 'of its time'), metric('executions/failed', 'failed by the machine')],
    about: 'A program that the machine could not run has no verdict: it is masked, never counted as wrong.'
  },
  {
    id: 'executionTime', group: 'Execution', title: 'Time of an execution', shape: shape('seconds', 'zero'), rollouts: 'train',
    lines: [metric('executions/seconds', 'running'), metric('executions/queueSeconds', 'waiting')]
  },
  {
    id: 'executions', group: 'Execution', title: 'Executions', shape: shape('executions', 'zero'), rollouts: 'train',
    lines: [metric('executions/total', 'programs run'), metric('executions/retries', 'tried again')]
  },
  { id: 'tamper', group: 'Execution', title: 'Marks of cheating', shape: shape('share of rollouts', 'share'), rollouts: 'train', lines: [metric('tamper/rollouts', 'any mark')] },
  { id: 'tamperKinds', group: 'Execution', title: 'Marks of cheating, by kind', shape: shape('rollouts', 'zero'), rollouts: 'train', lines: [{ from: 'metric', name: 'tamper/kind/*', absent: 0, spaced: true }] },
  { id: 'entropy', group: 'Policy', title: 'Entropy', shape: shape('nats per token', 'zero'), rollouts: 'train', lines: [metric('policy/entropy', 'mean')] },
  {
    id: 'kl', group: 'Policy', title: 'KL to the reference', shape: shape('nats per token', 'auto'), rollouts: 'train',
    lines: [metric('kl/k3', 'k3'), metric('kl/k1', 'k1'), metric('kl/k2', 'k2')]
  },
  {
    id: 'clip', group: 'Policy', title: 'Clipped tokens', shape: shape('share of tokens', 'zero'), rollouts: 'train',
    lines: [metric('ratio/clippedLow', 'low'), metric('ratio/clippedHigh', 'high')]
  },
  { id: 'ratio', group: 'Policy', title: 'Importance ratio', shape: shape('ratio', 'auto'), rollouts: 'train', lines: [metric('ratio/mean', 'mean'), metric('ratio/max', 'largest')] },
  { id: 'gradient', group: 'Policy', title: 'Gradient norm', shape: shape('L2 norm', 'zero'), rollouts: 'train', lines: [metric('gradient/norm', 'mean of the updates')] },
  { id: 'update', group: 'Policy', title: 'Relative update', shape: shape('ratio', 'zero'), rollouts: 'train', lines: [metric('update/relative', 'mean of the updates')] },
  { id: 'loss', group: 'Policy', title: 'Loss', shape: shape('loss', 'auto'), rollouts: 'train', lines: [metric('loss/total', 'mean of the updates')] },
  {
    id: 'preferred', group: 'Policy', title: 'Preferred', shape: shape('share of pairs', 'share'), rollouts: 'train', lines: [metric('preferences/accuracy', 'chosen over rejected')]
  },
  {
    id: 'margin', group: 'Policy', title: 'Preference margin', shape: shape('nats per pair', 'auto'), rollouts: 'train',
    lines: [metric('preferences/margin', 'chosen − rejected'), metric('preferences/chosen', 'chosen')]
  },
  { id: 'rate', group: 'Policy', title: 'Learning rate', shape: shape('per step', 'zero'), rollouts: 'train', lines: [metric('optimizer/learningRate', 'last update')] },
  {
    id: 'mismatch', group: 'Policy', title: 'Sampler–trainer mismatch', shape: shape('nats', 'zero'), rollouts: 'train',
    lines: [metric('mismatch/mean', 'mean'), metric('mismatch/max', 'largest')]
  },
  {
    id: 'lengthBy', group: 'Length', title: 'Length, right and wrong', shape: shape('tokens', 'zero'), rollouts: 'train',
    lines: [metric('length/right/mean', 'right'), metric('length/wrong/mean', 'wrong')]
  },
  {
    id: 'length', group: 'Length', title: 'Length', shape: shape('tokens', 'zero'), rollouts: 'train',
    lines: [metric('length/mean', 'mean'), metric('length/median', 'median'), metric('length/p95', '95th percentile')]
  },
  { id: 'truncated', group: 'Length', title: 'Truncated', shape: shape('share of rollouts', 'zero'), rollouts: 'train', lines: [metric('length/truncated', 'cut off at the limit')] },
  {
    id: 'speed', group: 'Speed', title: 'Throughput', shape: shape('tokens/s', 'zero'), rollouts: 'train',
    lines: [metric('throughput/sampled', 'sampled'), metric('throughput/trained', 'trained')]
  },
  { id: 'seconds', group: 'Speed', title: 'Time of a step', shape: shape('seconds', 'zero', true), rollouts: 'train', lines: [metric('seconds/*')] },
  {
    id: 'deviceMemory', group: 'Device', title: 'Device memory', shape: shape('bytes', 'zero'), rollouts: 'train',
    lines: [metric('device/peakMemoryBytes', 'peak'), metric('device/memoryBytes', 'after the update')]
  },
  { id: 'utilisation', group: 'Device', title: 'Device utilisation', shape: shape('share of time', 'share'), rollouts: 'train', lines: [metric('device/utilisation', 'after the update')] },
  { id: 'power', group: 'Device', title: 'Device power', shape: shape('watts', 'zero'), rollouts: 'train', lines: [metric('device/powerWatts', 'after the update')] }
]
