import { meanOverSeeds } from '../evals/meanOverSeeds.ts'
import type { Estimate } from '../protocol/numbers.ts'
import type { Summary } from '../protocol/summary.ts'
import { share, signed } from './terminal/numbers.ts'
import { plainLine } from './terminal/plainText.ts'
import { table } from './terminal/table.ts'

export interface SeedRun {
  readonly seed: number
  readonly directory: string
  readonly summary: Summary
}

/** Held-out pass@1 of one run. */
interface SeedRow {
  readonly seed: number
  readonly directory: string
  readonly state: Summary['state']
  readonly before?: number
  readonly after?: number
  readonly gain?: number
}

/** Runs that differ in their seed: the last line of `run --seeds N --json`. */
export interface SeedStudy {
  readonly type: 'seedStudy'
  readonly version: 1
  readonly runs: readonly SeedRow[]
  /** Mean over seeds of the gain in held-out pass@1, with Student's 95 % interval; absent for fewer than 2 runs that finished. */
  readonly gain?: Estimate
  readonly interval: string
}

export function studyResult(runs: readonly SeedRun[]): SeedStudy {
  const rows = runs.map(({ seed, directory, summary }) => {
    const { before, after } = summary.heldOut
    return {
      seed, directory, state: summary.state,
      ...(before && { before: before.passAt1.value }),
      ...(after && { after: after.passAt1.value }),
      ...(summary.gain && { gain: summary.gain.value })
    }
  })
  const gains = rows.flatMap(({ state, gain }) => (state === 'finished' && gain !== undefined ? [gain] : []))
  return {
    type: 'seedStudy', version: 1, runs: rows,
    ...(gains.length >= 2 && { gain: meanOverSeeds(gains) }),
    interval: `95 % Student t interval of the mean over ${gains.length} seeds`
  }
}

export function studyText(study: SeedStudy): string {
  const show = (value: number | undefined): string => (value === undefined ? '–' : share(value))
  const rows = study.runs.map((run) => [String(run.seed), show(run.before), show(run.after), show(run.gain), plainLine(run.directory)])
  const mean = study.gain ? `\n  Mean gain ${signed(study.gain)}: ${study.interval}.` : '\n  An interval over seeds needs two finished runs.'
  return `Held-out pass@1 by seed\n${table([['seed', 'before', 'after', 'gain', 'run'], ...rows])}${mean}`
}
