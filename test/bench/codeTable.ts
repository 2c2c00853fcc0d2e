import type { BenchRow } from './bench.ts'
import type { CodeArm, CodeSeed } from './codeResult.ts'
import { tokensOf } from './codeResult.ts'
import { gainsOf, overSeeds } from './learningTable.ts'
import type { LearningRun, Scores } from './learning.ts'

const BAR_GAIN = 0.15
const BAR_SECONDS = 360
/** Runs are compared whose tokens are as many, or more on the side without. */
const TOKEN_SLACK = 0.05

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const percent = (share: number): string => (100 * share).toFixed(1)
const signed = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`

/** Mean over seeds, with half the width of its 95 % t-interval where there are several. */
function withInterval(values: readonly number[], show: (share: number) => string = percent): string {
  return values.length < 2 ? show(values[0] ?? NaN) : `${show(overSeeds(values).mean)} ± ${percent(overSeeds(values).half)}`
}

const armOf = (results: readonly CodeSeed[], arm: CodeArm): LearningRun[] => results.map(({ runs }) => runs[arm])
const passAt1Gains = (results: readonly CodeSeed[], arm: CodeArm): number[] => gainsOf(armOf(results, arm), ({ passAt1 }) => passAt1)

export function codeRows(results: readonly CodeSeed[]): BenchRow[] {
  return [synthesisRow(results), comparison(results, 'verdictOnly', 'told only that a test failed'), comparison(results, 'oneTurn', 'in a single turn')]
}

function synthesisRow(results: readonly CodeSeed[]): BenchRow {
  const gains = passAt1Gains(results, 'synthesis')
  const controls = passAt1Gains(results, 'control')
  const seconds = Math.max(...armOf(results, 'synthesis').map((run) => run.seconds))
  return {
    what: `code, function-synthesis by reinforcement, worst of ${results.length} seeds`, ours: `pass@1 ${signed(Math.min(...gains))} points, ${seconds.toFixed(0)} s`,
    theirs: `control ${signed(Math.max(...controls))} points (best seed)`, bar: `each seed: pass@1 +${BAR_GAIN} within ${BAR_SECONDS / 60} min, above the control`,
    met: Math.min(...gains) >= BAR_GAIN && seconds <= BAR_SECONDS && gains.every((gain, i) => gain > controls[i]!)
  }
}

/** Held-out pass@1 after training, paired by seed. */
function comparison(results: readonly CodeSeed[], without: CodeArm, words: string): BenchRow {
  const [ours, theirs] = (['feedback', without] as const).map((arm) => armOf(results, arm).map(({ after }) => after.passAt1)) as [number[], number[]]
  const differences = ours.map((value, i) => value - theirs[i]!)
  const affordable = results.every(({ runs }) => tokensOf(runs.feedback) <= (1 + TOKEN_SLACK) * tokensOf(runs[without]))
  const clear = results.length > 1 && overSeeds(differences).mean > overSeeds(differences).half
  return {
    what: `code, repair told which test failed against ${words}`, bar: 'above, the interval over seeds clear of zero, for no more tokens',
    ours: `${percent(average(ours))} (told), ${withInterval(differences, signed)} points`, theirs: `${percent(average(theirs))} (${words})`, met: clear && affordable
  }
}

const ROWS: readonly (readonly [string, CodeArm])[] = [
  ['function-synthesis', 'synthesis'], ['the same, rewards shuffled', 'control'],
  ['code-repair, two turns, told which test failed', 'feedback'], ['code-repair, two turns, told only that one failed', 'verdictOnly'], ['code-repair, one turn', 'oneTurn']
]

/** The table of README.md: shares in per cent before → after, means over the seeds with 95 % t-intervals. */
export function codeTable(results: readonly CodeSeed[]): string {
  const rows = ROWS.map(([name, arm]) => {
    const runs = armOf(results, arm)
    const tokens = `${(average(runs.map(tokensOf)) / 1e6).toFixed(2)} M`
    return [
      name, arrow(runs, ({ passAt1 }) => passAt1), withInterval(passAt1Gains(results, arm), signed), arrow(runs, ({ greedy }) => greedy ?? NaN), arrow(runs, ({ passAt16 }) => passAt16 ?? NaN),
      arrow(runs, ({ stepTruth }) => stepTruth ?? NaN), tokens, average(runs.map(({ seconds }) => seconds)).toFixed(0)
    ]
  })
  const header = ['run', 'pass@1', 'gain', 'greedy', 'pass@16', 'step truth', 'tokens', 'seconds']
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const arrow = (runs: readonly LearningRun[], value: (scores: Scores) => number): string =>
  `${withInterval(runs.map(({ before }) => value(before)))} → ${withInterval(runs.map(({ after }) => value(after)))}`
