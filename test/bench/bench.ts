/** What a benchmark gets and what it leaves. */
export interface BenchContext {
  /** Repetitions of each side, or runs, where the benchmark has no reason for another number. */
  readonly rounds: number | undefined
  /** A Python with PyTorch and transformers; undefined = comparisons are left out. */
  readonly python: string | undefined
  /** Scratch folder of this benchmark, removed afterwards. */
  readonly scratch: string
  report(line: string): void
}

/** A line of the table. Text in cells carries its unit. */
export interface BenchRow {
  readonly what: string
  readonly ours: string
  /** Absent where there is nothing to compare with, or nothing to run it. */
  readonly theirs?: string
  /** Ours by theirs, above 1 = ours is faster. */
  readonly ratio?: number
  readonly bar: string
  /** Absent = not measured. */
  readonly met?: boolean
}

export interface BenchOutcome {
  readonly rows: readonly BenchRow[]
  /** Everything measured, seconds of each repetition included. */
  readonly raw: unknown
  /** What was run, so that anyone can run it again. */
  readonly commands: readonly string[]
  /** Definitions that the figures rest on. */
  readonly definitions?: readonly string[]
  readonly versions?: Readonly<Record<string, string>>
}

export type Bench = (context: BenchContext) => Promise<BenchOutcome>

/** A row that could not be measured, and why. */
export const leftOut = (what: string, bar: string, why: string): BenchRow => ({ what, ours: `left out: ${why}`, bar })
export const NO_PYTHON = 'no Python with PyTorch and transformers (npm run setup:python makes one)'

/** A figure to three digits, thousands apart from decimals. */
export const figure = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3))
