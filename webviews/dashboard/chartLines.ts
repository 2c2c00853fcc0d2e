import type { ChartLine } from '../charts/chartData.ts'
import { groupsInterval, meanInterval } from '../charts/intervals.ts'
import type { Bounds } from '../charts/intervals.ts'
import { visibleLine } from '../protocol/visibleText.ts'
import type { ChartSpec, LineSource } from './chartList.ts'
import type { Curve } from './curves.ts'
import { evaluationNames, evaluationSeries } from './evaluationSeries.ts'
import { meanOfSeries } from './seedMean.ts'
import type { StepSeries } from './seedMean.ts'
import { metricNames, valuesOf } from './tracks.ts'
import type { TrackSeries } from './trackSeries.ts'

/** A line of a chart before it is known which runs are drawn: how it is called and how it is taken from a run. */
export interface LineKind {
  readonly name: string
  readonly sparse: boolean
  readonly take: (run: TrackSeries) => StepSeries
}

/** Lines that these runs have something for. */
export function lineKinds(spec: ChartSpec, runs: readonly TrackSeries[]): LineKind[] {
  return spec.lines.flatMap((source) => (source.from === 'metric' ? metricKinds(source, runs) : evaluationKinds(source, runs)))
}

function metricKinds(source: LineSource & { from: 'metric' }, runs: readonly TrackSeries[]): LineKind[] {
  return metricNames(runs, source.name).map((name) => ({
    name: source.label ?? lineName(name.slice(name.lastIndexOf('/') + 1), source.spaced),
    sparse: false,
    take: (run) => ({ x: run.steps, y: filled(valuesOf(run, name), source.absent), ...(source.interval === 'reward' ? rewardInterval(run) : {}) })
  }))
}

/** @param spaced a word of ours, such as `wrongValue`: told as words. Names of people stay as they are. */
const lineName = (name: string, spaced = false): string => visibleLine(spaced ? name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`) : name, 60)

const filled = (values: readonly (number | null)[], absent: number | undefined) => (absent === undefined ? values : values.map((value) => value ?? absent))

/** Over the groups with a reward; over all scorable rollouts where a step has no standard error, as those of older runs. */
function rewardInterval(run: TrackSeries): Bounds {
  const mean = valuesOf(run, 'reward/mean')
  const overGroups = groupsInterval(mean, valuesOf(run, 'reward/standardError'), without(run, 'groups/total', 'groups/dropped/notScorable'))
  const overRollouts = meanInterval(mean, valuesOf(run, 'reward/std'), without(run, 'rollouts/total', 'rollouts/notScorable'))
  return { low: filledBy(overGroups.low, overRollouts.low), high: filledBy(overGroups.high, overRollouts.high) }
}

function without(run: TrackSeries, counted: string, missing: string): (number | null)[] {
  const left = valuesOf(run, missing)
  return valuesOf(run, counted).map((count, i) => (count === null ? null : count - (left[i] ?? 0)))
}

const filledBy = (values: readonly (number | null)[], others: readonly (number | null)[]): (number | null)[] => values.map((value, i) => value ?? others[i] ?? null)

function evaluationKinds(source: LineSource & { from: 'evaluation' }, runs: readonly TrackSeries[]): LineKind[] {
  return evaluationNames(runs, source.figure).map(({ set, k }) => ({
    name: [k === undefined ? '' : `${source.label}${k}`, k !== undefined && set === 'heldOut' ? '' : setName(set)].filter(Boolean).join(', '),
    sparse: true,
    take: (run) => evaluationSeries(run, source.figure, set, k)
  }))
}

const setName = (set: string): string => (set === 'heldOut' ? 'held out' : `held out, ${visibleLine(set, 60)}`)

/** One curve: all its lines, each with a colour. Several: the chosen line of each. Smoothing comes later. */
export function chartLines(spec: ChartSpec, curves: readonly Curve[], choice: string | undefined): ChartLine[] {
  const kinds = lineKinds(spec, curves.flatMap((curve) => curve.runs.map((run) => run.series)))
  if (curves.length === 1) return kinds.map((kind, i) => lineOf(kind, curves[0]!, { key: kind.name, label: kind.name, color: i, dash: i }))
  const kind = kinds.find(({ name }) => name === choice) ?? kinds[0]
  if (!kind) return []
  return curves.map((curve) => lineOf(kind, curve, { key: curve.key, label: curve.label, color: curve.color, dash: curve.color }))
}

function lineOf(kind: LineKind, curve: Curve, look: Pick<ChartLine, 'key' | 'label' | 'color' | 'dash'>): ChartLine {
  const each = curve.runs.map((run) => kind.take(run.series))
  const series = each.length === 1 ? each[0]! : meanOfSeries(each)
  return { ...look, ...series, ...(kind.sparse ? { sparse: true } : {}) }
}
