import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { RunSeries } from './runSeries.ts'

/** A run as the page knows it. */
export interface ShownRun {
  readonly card: RunCard
  readonly series: RunSeries
}

/** What is drawn as one: a run, or the seeds of one study. Colour and dashes are its own when several are compared. */
export interface Curve {
  readonly key: string
  readonly label: string
  readonly color: number
  readonly runs: readonly ShownRun[]
}

/** Runs side by side; with `joinSeeds`, those of one study (at least two) as one curve. */
export function curvesOf(runs: readonly ShownRun[], joinSeeds: boolean): Curve[] {
  const groups = new Map<string, ShownRun[]>()
  for (const run of runs) {
    const key = joinSeeds ? `study:${run.card.study}` : run.card.directory
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  const names = new Map<string, number>()
  for (const run of runs) names.set(run.card.name, (names.get(run.card.name) ?? 0) + 1)
  return [...groups].map(([key, members], color) => ({ key, color, runs: members, label: labelOf(members, names) }))
}

function labelOf(members: readonly ShownRun[], names: ReadonlyMap<string, number>): string {
  const [first] = members
  const { name, seed } = first!.card
  if (members.length > 1) return `${name} (${members.length} seeds)`
  return (names.get(name) ?? 0) > 1 ? `${name}, seed ${seed}` : name
}

/** Whether some runs are seeds of one study. */
export function hasSeeds(runs: readonly ShownRun[]): boolean {
  const studies = runs.map((run) => run.card.study)
  return new Set(studies).size < studies.length
}
