/** A curve over steps. Arrays are parallel to `x`; null = no value at that step, drawn as a gap. */
export interface ChartLine {
  readonly key: string
  readonly label: string
  /** Index into the theme's chart colours, and into the dash patterns: never colour alone. */
  readonly color: number
  readonly dash: number
  /** Steps, increasing. */
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
  /** 95 % interval. */
  readonly low?: readonly (number | null)[]
  readonly high?: readonly (number | null)[]
  /** Runs behind each value, where the line is a mean over seeds. */
  readonly count?: readonly number[]
  /** Values at few steps (evaluations): points with whiskers, joined over what lies between; never smoothed. */
  readonly sparse?: boolean
}

/** How the value axis is chosen: `share` = 0 to 1, `zero` = from 0 up, `auto` = around the values. */
export type ValueRange = 'share' | 'zero' | 'auto'

export interface ChartShape {
  readonly unit: string
  readonly range: ValueRange
  /** Lines are parts of a whole, drawn on top of each other. */
  readonly stacked: boolean
}

/** Steps that all charts show; null = all there are. */
export type StepRange = { readonly from: number; readonly to: number } | null
