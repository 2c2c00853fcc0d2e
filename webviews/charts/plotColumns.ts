import type { ChartLine, StepRange } from './chartData.ts'
import { downsample } from './downsample.ts'
import { movingAverage } from './movingAverage.ts'
import { alignTo, slicePositions, unionOfSteps } from './steps.ts'

/** What a drawn column is of its line: `raw` lies faint behind a smoothed curve; `low` and `high` bound its band. */
export type ColumnRole = 'curve' | 'raw' | 'low' | 'high'

export interface PlotColumn {
  readonly line: number
  readonly role: ColumnRole
  readonly values: readonly (number | null)[]
  /** Joined over what lies between its values. */
  readonly sparse?: boolean
}

export interface PlotColumns {
  /** Steps. */
  readonly x: readonly number[]
  readonly columns: readonly PlotColumn[]
}

/** All columns at full length, on the union of the lines' steps. */
export function joinLines(lines: readonly ChartLine[], options: { readonly smoothing: number; readonly stacked: boolean }): PlotColumns {
  const axis = unionOfSteps(lines)
  const columns = options.stacked ? stack(axis, lines) : lines.flatMap((line, i) => columnsOf(axis, line, i, options.smoothing))
  return { x: axis, columns }
}

function columnsOf(axis: readonly number[], line: ChartLine, index: number, smoothing: number): PlotColumn[] {
  const column = (role: ColumnRole, values: readonly (number | null)[]) => ({ line: index, role, values: alignTo(axis, line.x, values), ...(line.sparse ? { sparse: true } : {}) })
  const smoothed = smoothing > 0 && !line.sparse
  const band = line.low && line.high && !line.sparse ? [column('high', line.high), column('low', line.low)] : []
  if (!smoothed) return [...band, column('curve', line.y)]
  return [...band, column('raw', line.y), column('curve', movingAverage(line.y, smoothing))]
}

/** Running sums from the first line up; a missing part counts as 0 where another has a value. */
function stack(axis: readonly number[], lines: readonly ChartLine[]): PlotColumn[] {
  let below: readonly (number | null)[] = new Array<number | null>(axis.length).fill(null)
  return lines.map((line, i) => {
    const own = alignTo(axis, line.x, line.y)
    below = own.map((value, at) => (value === null ? (below[at] ?? null) : value + (below[at] ?? 0)))
    return { line: i, role: 'curve', values: below }
  })
}

/** What lies in the range, thinned to about two points per pixel. */
export function columnsInView({ x, columns }: PlotColumns, range: StepRange, pixels: number): PlotColumns {
  const { from, to } = slicePositions(x, range)
  const whole = from === 0 && to === x.length
  const cut = ({ values, sparse }: PlotColumn) => (whole ? values : sparse ? cutBridged(x, values, from, to) : values.slice(from, to))
  const thin = downsample({ x: whole ? x : x.slice(from, to), ys: columns.map(cut) }, Math.floor(pixels))
  return { x: thin.x, columns: columns.map((column, i) => ({ ...column, values: thin.ys[i]! })) }
}

/** A part of a column whose values lie far apart: the line to those outside runs on, as values at the ends of the part. */
function cutBridged(x: readonly number[], values: readonly (number | null)[], from: number, to: number): (number | null)[] {
  const part = values.slice(from, to)
  for (const end of [0, part.length - 1]) part[end] ??= between(x, values, from + end)
  return part
}

/** On the straight line between the nearest values on either side; null where one side has none. */
function between(x: readonly number[], values: readonly (number | null)[], at: number): number | null {
  let [left, right] = [at, at]
  while (left >= 0 && (values[left] ?? null) === null) left--
  while (right < values.length && (values[right] ?? null) === null) right++
  if (left < 0 || right >= values.length) return null
  return values[left]! + ((values[right]! - values[left]!) * (x[at]! - x[left]!)) / (x[right]! - x[left]!)
}
