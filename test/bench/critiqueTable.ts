import { meanOverSeeds } from '../../trainer/evals/meanOverSeeds.ts'
import type { BenchRow } from './bench.ts'
import { ERROR_RATES } from './critiqueResult.ts'
import type { CritiqueSeed } from './critiqueResult.ts'
import type { ArmRun } from './critiqueRuns.ts'

const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)}`
const percent = (share: number): string => (100 * share).toFixed(1)

/** Mean over seeds with its 95 % t-interval, as differences in points. */
function difference(values: readonly number[]): string {
  if (values.length < 2) return `${points(values[0] ?? 0)} points`
  const { value, low, high } = meanOverSeeds(values)
  return `${points(value)} points [${points(low)}, ${points(high)}]`
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

interface Comparison {
  readonly what: string
  readonly bar: string
  readonly ours: (seed: CritiqueSeed) => number
  readonly theirs: (seed: CritiqueSeed) => number
  readonly names: readonly [string, string]
}

const COMPARISONS: readonly Comparison[] = [
  {
    what: 'critique, cft against sft on the traces that the same labels accept', bar: 'above in each seed', names: ['cft', 'sft, accepted traces'],
    ours: ({ cft }) => cft[0]!.passAt1, theirs: ({ accepted }) => accepted.passAt1
  },
  {
    what: 'critique, cft against sft on reference solutions of the same problems', bar: 'above in each seed', names: ['cft', 'sft, references'],
    ours: ({ cft }) => cft[0]!.passAt1, theirs: ({ references }) => references.passAt1
  },
  {
    what: 'critique, critique-grpo against grpo, equal tokens', bar: 'above in each seed', names: ['critique-grpo', 'grpo'],
    ours: ({ critiqueGrpo }) => critiqueGrpo.passAt1, theirs: ({ grpo }) => grpo.passAt1
  },
  {
    what: 'critique, groups trained on by critique-grpo against grpo', bar: 'more in each seed', names: ['critique-grpo', 'grpo'],
    ours: ({ critiqueGrpo }) => critiqueGrpo.groupsKept ?? NaN, theirs: ({ grpo }) => grpo.groupsKept ?? NaN
  },
  {
    what: 'critique, best of 16 by prm against majority vote', bar: 'above in each seed', names: ['best of n', 'majority'],
    ours: ({ rerank }) => rerank[0]!.bestOfN, theirs: ({ rerank }) => rerank[0]!.majority
  },
  {
    what: 'critique, majority weighted by prm against majority vote', bar: 'above in each seed', names: ['weighted', 'majority'],
    ours: ({ rerank }) => rerank[0]!.weightedMajority, theirs: ({ rerank }) => rerank[0]!.majority
  },
  ...orderOf('cft', ({ cft }, e) => cft[e]!.passAt1),
  ...orderOf('best of 16 by prm', ({ rerank }, e) => rerank[e]!.bestOfN)
]

/** Less error of the labeler has to be better: each rate against the next. */
function orderOf(name: string, value: (seed: CritiqueSeed, rate: number) => number): Comparison[] {
  return ERROR_RATES.slice(1).map((worse, i) => ({
    what: `critique, ${name} by a labeler with error ${ERROR_RATES[i]} against ${worse}`, bar: 'above on average', names: [`error ${ERROR_RATES[i]}`, `error ${worse}`],
    ours: (seed) => value(seed, i), theirs: (seed) => value(seed, i + 1)
  }))
}

/** Differences of held-out pass@1 (or of what the row names), paired by seed. */
export function critiqueRows(results: readonly CritiqueSeed[]): BenchRow[] {
  return COMPARISONS.map(({ what, bar, ours, theirs, names }) => {
    const differences = results.map((seed) => ours(seed) - theirs(seed))
    return {
      what, bar,
      ours: `${percent(mean(results.map(ours)))} (${names[0]}), ${difference(differences)}`, theirs: `${percent(mean(results.map(theirs)))} (${names[1]})`,
      met: bar === 'above on average' ? mean(differences) > 0 : differences.every((value) => value > 0)
    }
  })
}

/** All arms: means over seeds, shares in per cent. */
export function critiqueTable(results: readonly CritiqueSeed[]): string {
  const arms: readonly (readonly [string, (seed: CritiqueSeed) => ArmRun])[] = [
    ['base', ({ base }) => base], ['sft, accepted traces', ({ accepted }) => accepted], ['sft, reference solutions', ({ references }) => references],
    ...ERROR_RATES.map((rate, i) => [`cft, labeler error ${rate}`, ({ cft }: CritiqueSeed) => cft[i]!] as const),
    ['grpo', ({ grpo }) => grpo], ['critique-grpo', ({ critiqueGrpo }) => critiqueGrpo]
  ]
  const lines = arms.map(([name, armOf]) => {
    const runs = results.map(armOf)
    const of = (value: (run: ArmRun) => number): number => mean(runs.map(value))
    const kept = runs[0]?.groupsKept === undefined ? '–' : percent(of(({ groupsKept }) => groupsKept ?? NaN))
    return [name, percent(of((r) => r.passAt1)), percent(of((r) => r.greedy)), percent(of((r) => r.stepTruth)), kept, thousands(of((r) => r.trainedTokens)), thousands(of((r) => r.sampledTokens)), of((r) => r.seconds).toFixed(0)]
  })
  const reranked = ERROR_RATES.map((rate, i) => {
    const of = (read: (run: CritiqueSeed['rerank'][number]) => number): string => percent(mean(results.map(({ rerank }) => read(rerank[i]!))))
    return [String(rate), of((r) => r.majority), of((r) => r.bestOfN), of((r) => r.weightedMajority)]
  })
  return [
    table(['arm', 'pass@1', 'greedy', 'step truth', 'groups trained on', 'tokens trained, thousands', 'tokens sampled, thousands', 'seconds'], lines), '',
    table(['labeler error of the prm’s labels', 'majority of 16', 'best of 16', 'weighted majority'], reranked)
  ].join('\n')
}

const thousands = (tokens: number): string => (tokens / 1000).toFixed(0)
const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
