import type uPlot from 'uplot'
import type { ChartLine, ChartShape } from './chartData.ts'
import { tickText } from './numberText.ts'
import type { PlotColumn } from './plotColumns.ts'
import { dashOf } from './palette.ts'
import type { Palette } from './palette.ts'
import { valueLimits } from './valueLimits.ts'

export interface PlotLook {
  readonly lines: readonly ChartLine[]
  readonly columns: readonly PlotColumn[]
  readonly shape: ChartShape
  readonly palette: Palette
}

/** Everything of a plot that does not change with its data. `steps` gives the range of steps in view. */
export function plotOptions(look: PlotLook, size: { width: number; height: number }, steps: () => [number, number], hooks: uPlot.Hooks.Arrays): uPlot.Options {
  return {
    ...size,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 6, width: 0, fill: (_plot, series) => pointColor(look, series - 1) }, bind: { dblclick: () => null } },
    scales: { x: { time: false, range: () => steps() }, y: { range: (_plot, low, high) => valueLimits(look.shape.range, low, high) } },
    axes: [stepAxis(look.palette), valueAxis(look.palette, look.shape.unit)],
    series: [{}, ...look.columns.map((column) => seriesOf(column, look))],
    bands: bandsOf(look),
    hooks
  }
}

function axis(palette: Palette, label: string): uPlot.Axis {
  return {
    label,
    labelFont: palette.font,
    labelSize: 16,
    labelGap: 0,
    font: palette.font,
    stroke: palette.foreground,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1, size: 4 },
    gap: 4,
    values: (_plot, ticks, _axis, _space, increment) => ticks.map((tick) => tickText(tick, increment))
  }
}

/** Of the point under the cursor: curves only. */
function pointColor({ lines, columns, palette }: PlotLook, column: number): string {
  const { line, role } = columns[column]!
  return role === 'curve' ? palette.color(lines[line]!.color) : 'transparent'
}

const stepAxis = (palette: Palette): uPlot.Axis => ({ ...axis(palette, 'step'), size: 24, space: 60, incrs: WHOLE_STEPS })

const DIGIT_WIDTH = 6.5
const valueAxis = (palette: Palette, unit: string): uPlot.Axis => ({
  ...axis(palette, unit),
  space: 28,
  size: (_plot, texts) => 12 + DIGIT_WIDTH * Math.max(4, ...(texts ?? []).map((text) => text.length))
})

const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000]

function seriesOf(column: PlotColumn, { lines, shape, palette }: PlotLook): uPlot.Series {
  const line = lines[column.line]!
  if (column.role === 'low' || column.role === 'high') return { stroke: 'transparent', width: 0, points: { show: false } }
  const faint = column.role === 'raw'
  const color = palette.color(line.color, faint ? 0.3 : 1)
  return {
    stroke: color,
    width: faint ? 1 : 1.75,
    dash: faint ? [] : [...dashOf(line.dash)],
    spanGaps: line.sparse === true,
    ...(shape.stacked && column.line === 0 ? { fill: palette.color(line.color, 0.35) } : {}),
    points: faint ? { show: false } : { ...(line.sparse ? { show: true } : {}), size: line.sparse ? 7 : 4, stroke: color, fill: palette.background, dash: [] }
  }
}

function bandsOf({ lines, columns, shape, palette }: PlotLook): uPlot.Band[] {
  if (shape.stacked) return columns.slice(1).map((column, i) => ({ series: [i + 2, i + 1], fill: palette.color(lines[column.line]!.color, 0.35) }))
  return columns.flatMap((column, i) =>
    column.role === 'high' ? [{ series: [i + 1, i + 2] as uPlot.Band.Bounds, fill: palette.color(lines[column.line]!.color, 0.18) }] : []
  )
}

/** Whiskers of the lines that have values at few steps. */
export function drawWhiskers(plot: uPlot, { lines, palette }: Pick<PlotLook, 'lines' | 'palette'>): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.lineWidth = devicePixelRatio
  for (const line of lines) {
    if (!line.sparse || !line.low || !line.high) continue
    ctx.strokeStyle = palette.color(line.color)
    ctx.setLineDash([])
    line.x.forEach((step, i) => drawWhisker(plot, step, line.low![i] ?? null, line.high![i] ?? null))
  }
  ctx.restore()
}

function drawWhisker(plot: uPlot, step: number, low: number | null, high: number | null): void {
  if (low === null || high === null) return
  const x = plot.valToPos(step, 'x', true)
  const [bottom, top] = [plot.valToPos(low, 'y', true), plot.valToPos(high, 'y', true)]
  const half = 3 * devicePixelRatio
  plot.ctx.beginPath()
  for (const [fromX, fromY, toX, toY] of [[x, bottom, x, top], [x - half, bottom, x + half, bottom], [x - half, top, x + half, top]] as const) {
    plot.ctx.moveTo(fromX, fromY)
    plot.ctx.lineTo(toX, toY)
  }
  plot.ctx.stroke()
}
