import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { TrackSeries } from './trackSeries.ts'

/** A run as charts draw it. */
export interface DrawnRun {
  readonly card: RunCard
  readonly series: TrackSeries
}

type Carded = Pick<DrawnRun, 'card'>

/** What is drawn as one: a run, or the seeds of one study. Colour and dashes are its own when several are compared. */
export interface Curve<R extends Carded = DrawnRun> {
  readonly key: string
  readonly label: string
  readonly color: number
  readonly runs: readonly R[]
}

/** Runs side by side; with `joinSeeds`, those of one study with different seeds (at least two) as one curve. The same seed again is no sample of its own. */
export function curvesOf<R extends Carded>(runs: readonly R[], joinSeeds: boolean): Curve<R>[] {
  const groups = new Map<string, R[]>()
  for (const run of runs) {
    const study = `study:${run.card.study}`
    const joins = joinSeeds && !groups.get(study)?.some(({ card }) => card.seed === run.card.seed)
    const key = joins ? study : run.card.directory
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return [...groups].map(([key, members], color) => ({ key, color, runs: members, label: curveLabel(members, runs) }))
}

/** What stands for these runs in a legend, of all runs that are compared. */
export function curveLabel([first, ...others]: readonly Carded[], all: readonly Carded[]): string {
  const { name, seed } = first!.card
  if (others.length > 0) return `${name} (${others.length + 1} seeds)`
  return all.filter(({ card }) => card.name === name).length > 1 ? `${name}, seed ${seed}` : name
}

/** Whether some runs are different seeds of one study. */
export const hasSeeds = (runs: readonly Carded[]): boolean => curvesOf(runs, true).some(({ runs: members }) => members.length > 1)
