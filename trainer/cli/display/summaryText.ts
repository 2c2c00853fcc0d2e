import type { Estimate } from '../../protocol/numbers.ts'
import type { EvaluationResult, Summary } from '../../protocol/summary.ts'
import { amount, bytes, duration, estimate, signed } from '../terminal/numbers.ts'
import { definitions, table } from '../terminal/table.ts'
import { plainLine } from '../terminal/plainText.ts'

interface Figure {
  readonly label: string
  readonly of: (result: EvaluationResult) => Estimate | undefined
}

const PASS_AT_1: Figure = { label: 'pass@1', of: (result) => result.passAt1 }
const FIGURES: readonly Figure[] = [
  { label: 'greedy', of: (result) => result.greedy },
  { label: 'true steps', of: (result) => result.stepTruth },
  { label: 'majority vote', of: ({ rerank }) => rerank?.majority },
  { label: 'best of n', of: ({ rerank }) => rerank?.bestOfN },
  { label: 'weighted majority', of: ({ rerank }) => rerank?.weightedMajority }
]

/** What a run showed: evaluations before and after with intervals, throughput and cost. */
export function summaryText(summary: Summary): string {
  return [evaluationTable(summary), gainLine(summary), retentionLines(summary), costLines(summary)].filter((part) => part !== '').join('\n')
}

export function evaluationTable({ heldOut: { before, after } }: Summary): string {
  const any = after ?? before
  if (!any) return ''
  const rows = [PASS_AT_1, ...passAtMost(any), ...FIGURES].filter(({ of }) => of(any)).map(({ label, of }) => [label, cell(before && of(before)), cell(after && of(after))])
  return `${setLine(any)}\n${table([['', 'before', 'after'], ...rows])}\n  Value [95 % interval over problems]. pass@k: chance that one of k samples is right.`
}

/** The k of pass@k, from the smallest on. */
const samplesAsked = ({ passAtK }: EvaluationResult): string[] => Object.keys(passAtK).sort((a, b) => Number(a) - Number(b))

const passAt = (k: string): Figure => ({ label: `pass@${k}`, of: (result) => result.passAtK[k] })

/** pass@k of the largest k. */
export function passAtMost(evaluation: EvaluationResult): Figure[] {
  const k = samplesAsked(evaluation).at(-1)
  return k === undefined || k === '1' ? [] : [passAt(k)]
}

/** What the figures were measured on. */
export function setLine({ environment, problems, samplesPerProblem, temperature }: EvaluationResult): string {
  return `Held-out problems of ${plainLine(environment)}: ${problems}, ${samplesPerProblem} samples each at temperature ${temperature}`
}

/** The figures of one evaluation: pass@k by k, then the others. */
export function evaluationRows(result: EvaluationResult): string[][] {
  return [...samplesAsked(result).map(passAt), ...FIGURES].flatMap(({ label, of }) => {
    const value = of(result)
    return value ? [[label, estimate(value)]] : []
  })
}

const cell = (value: Estimate | undefined): string => (value ? estimate(value) : '–')

function gainLine({ gain }: Summary): string {
  return gain ? `  Gain in pass@1 ${signed(gain)}, paired over problems.` : ''
}

function retentionLines({ retention }: Summary): string {
  const rows = Object.entries(retention).map(([name, { before, after }]) => [plainLine(name), cell(before?.passAt1), cell(after?.passAt1)])
  return rows.length > 0 ? `Elsewhere, pass@1\n${table([['', 'before', 'after'], ...rows])}` : ''
}

function costLines({ throughput, cost }: Summary): string {
  const tokens = `${amount(cost.sampledTokens)} tokens sampled, ${amount(cost.trainedTokens)} trained on`
  const speed = `${amount(throughput.rolloutsPerSecond)} rollouts/s, ${amount(throughput.sampledTokensPerSecond)} tokens/s`
  const sampling: [string, string][] = cost.rollouts > 0 ? [['sampling', speed]] : []
  const rows: [string, string][] = [
    ...sampling,
    ['training', `${amount(throughput.trainedTokensPerSecond)} tokens/s`],
    ['in all', `${amount(cost.rollouts)} rollouts, ${tokens}, ${duration(cost.wallSeconds)}`]
  ]
  if (cost.peakMemoryBytes !== undefined) rows.push(['memory', `${bytes(cost.peakMemoryBytes)} at most`])
  return definitions(rows)
}
