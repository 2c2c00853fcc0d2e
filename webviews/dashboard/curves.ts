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

/** Runs side by side; with `joinSeeds`, those of one study (at least two) as one curve. */
export function curvesOf<R extends Carded>(runs: readonly R[], joinSeeds: boolean): Curve<R>[] {
  const groups = new Map<string, R[]>()
  for (const run of runs) {
    const key = joinSeeds ? `study:${run.card.study}` : run.card.directory
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  const names = new Map<string, number>()
  for (const run of runs) names.set(run.card.name, (names.get(run.card.name) ?? 0) + 1)
  return [...groups].map(([key, members], color) => ({ key, color, runs: members, label: labelOf(members, names) }))
}

function labelOf(members: readonly Carded[], names: ReadonlyMap<string, number>): string {
  const [first] = members
  const { name, seed } = first!.card
  if (members.length > 1) return `${name} (${members.length} seeds)`
  return (names.get(name) ?? 0) > 1 ? `${name}, seed ${seed}` : name
}

/** Whether some runs are seeds of one study. */
export function hasSeeds(runs: readonly Carded[]): boolean {
  const studies = runs.map((run) => run.card.study)
  return new Set(studies).size < studies.length
}
