import type { ChartLine, StepRange } from './chartData.ts'
import { numberText } from './numberText.ts'
import { nearestIndex, unionOfSteps } from './steps.ts'

/** What a line shows in one sentence: the text alternative of its curve. */
export function describeLine({ label, x, y }: ChartLine, range: StepRange): string {
  const shown = x.flatMap((step, i) => {
    const value = y[i] ?? null
    return value === null || (range && (step < range.from || step > range.to)) ? [] : [{ step, value }]
  })
  const last = shown.at(-1)
  if (!last) return `${label}: no values.`
  const lowest = shown.reduce((a, b) => (b.value < a.value ? b : a))
  const highest = shown.reduce((a, b) => (b.value > a.value ? b : a))
  const at = ({ step, value }: typeof last) => `${numberText(value)} at step ${step}`
  return `${label}: last ${at(last)}, lowest ${at(lowest)}, highest ${at(highest)}.`
}

/** Value of a line at a step, with its interval where it has one. */
export interface LineValue {
  readonly line: ChartLine
  /** Where the value is from: of a line with values at few steps, the nearest one that it has. */
  readonly step: number
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly count: number | undefined
}

/** Values of all lines at one step; a line of few steps gives the nearest that it has unless `exact`. */
export function valuesAt(lines: readonly ChartLine[], step: number, exact = false): LineValue[] {
  return lines.map((line) => {
    const i = nearestIndex(line.x, step)
    const here = i >= 0 && ((line.sparse && !exact) || line.x[i] === step) ? i : -1
    return { line, step: line.x[here] ?? step, value: line.y[here] ?? null, low: line.low?.[here] ?? null, high: line.high?.[here] ?? null, count: line.count?.[here] }
  })
}

/** "0.53 (0.49 to 0.57)". */
export function valueText({ value, low, high }: Pick<LineValue, 'value' | 'low' | 'high'>): string {
  if (value === null) return 'none'
  return low === null || high === null ? numberText(value) : `${numberText(value)} (${numberText(low)} to ${numberText(high)})`
}

/** Steps of a table with at most `rows` rows: evenly spaced over the range, first and last among them. */
export function tableSteps(lines: readonly ChartLine[], range: StepRange, rows: number): number[] {
  const steps = unionOfSteps(lines).filter((step) => !range || (step >= range.from && step <= range.to))
  if (steps.length <= rows) return steps
  return Array.from({ length: rows }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (rows - 1))]!)
}
