import { meanOverSeeds } from '../../trainer/evals/meanOverSeeds.ts'
import type { LearningResult, LearningRun, Scores } from './learning.ts'

/** Mean over seeds with half the width of its 95 % t-interval. */
export function overSeeds(values: readonly number[]): { mean: number; half: number } {
  const { value, high } = meanOverSeeds(values)
  return { mean: value, half: high - value }
}

const average = (runs: readonly LearningRun[], value: (run: LearningRun) => number | null): string => {
  const values = runs.map(value).filter((found) => found !== null)
  return values.length === 0 ? '–' : (100 * (values.reduce((a, b) => a + b, 0) / values.length)).toFixed(1)
}
const arrow = (runs: readonly LearningRun[], value: (scores: Scores) => number | null): string =>
  `${average(runs, (run) => value(run.before))} → ${average(runs, (run) => value(run.after))}`
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`
const interval = (runs: readonly LearningRun[], value: (scores: Scores) => number | null): string => {
  const gains = gainsOf(runs, value)
  if (gains.length < 2) return gains.length === 0 ? '–' : signed(100 * gains[0]!)
  const { mean, half } = overSeeds(gains.map((gain) => 100 * gain))
  return `${signed(mean)} ± ${half.toFixed(1)}`
}

/** After minus before, run by run, where both were measured. */
export const gainsOf = (runs: readonly LearningRun[], value: (scores: Scores) => number | null): number[] =>
  runs.flatMap(({ before, after }) => {
    const [from, to] = [value(before), value(after)]
    return from === null || to === null ? [] : [to - from]
  })

const HEADER = [
  '| sample | pass@1 | greedy | pass@16 | step truth | gain of pass@1 | gain of the control | tokens, run / control | seconds |',
  '|---|---|---|---|---|---|---|---|---|'
]

/** The table of README.md: shares in per cent before → after, means over the seeds; gains with 95 % t-intervals over the seeds. */
export function learningTable(results: readonly LearningResult[]): string {
  const rows = results.map(({ sample, runs, controls }) => {
    const seconds = runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length
    const tokens = `${millions(runs)} / ${millions(controls)}`
    return line([...scoreCells(sample, runs), interval(runs, (s) => s.passAt1), interval(controls, (s) => s.passAt1), tokens, seconds.toFixed(0)])
  })
  return [...HEADER, ...rows, ...transferRows(results)].join('\n')
}

/** A recipe on one sample. */
export interface RecipeResult {
  readonly recipe: string
  readonly runs: readonly LearningRun[]
}

const RECIPES_HEADER = ['| recipe | pass@1 | gain of pass@1 | greedy | pass@16 | step truth | tokens |', '|---|---|---|---|---|---|---|']

/** Recipes beside each other, the largest gain first. */
export function recipesTable(results: readonly RecipeResult[]): string {
  const gain = ({ runs }: RecipeResult): number => gainsOf(runs, (s) => s.passAt1).reduce((sum, value) => sum + value, 0) / runs.length
  const rows = [...results].sort((a, b) => gain(b) - gain(a)).map(({ recipe, runs }) => {
    const [name, passAt1, ...others] = scoreCells(`\`${recipe}\``, runs)
    return line([name!, passAt1!, interval(runs, (s) => s.passAt1), ...others, millions(runs)])
  })
  return [...RECIPES_HEADER, ...rows].join('\n')
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const scoreCells = (name: string, runs: readonly LearningRun[]): string[] =>
  [name, arrow(runs, (s) => s.passAt1), arrow(runs, (s) => s.greedy), arrow(runs, (s) => s.passAt16), arrow(runs, (s) => s.stepTruth)]
const millions = (runs: readonly LearningRun[]): string =>
  `${(runs.reduce((sum, { sampledTokens }) => sum + sampledTokens, 0) / runs.length / 1e6).toFixed(2)} M`

/** What was never rewarded: other depths and difficulties, as rows of the same table. */
function transferRows(results: readonly LearningResult[]): string[] {
  const onSet = (runs: readonly LearningRun[], name: string): LearningRun[] => runs.flatMap((run) => {
    const set = run.retention[name]
    return set ? [{ ...run, ...set }] : []
  })
  return results.flatMap(({ sample, runs, controls }) =>
    Object.keys(runs[0]?.retention ?? {}).map((name) => {
      const own = onSet(runs, name)
      return line([...scoreCells(`${sample}: ${name} (not rewarded)`, own), interval(own, (s) => s.passAt1), interval(onSet(controls, name), (s) => s.passAt1), '', ''])
    }))
}
