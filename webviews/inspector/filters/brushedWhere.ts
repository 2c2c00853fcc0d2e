import type { RolloutFilter } from '../../../trainer/protocol/rolloutViews.ts'
import type { BrushedBins } from './brushKeys.ts'
import type { HistogramColumn } from './histogram.ts'

/** A range of a number, drawn on its histogram; both ends belong to it. */
export interface Brush {
  readonly column: HistogramColumn
  readonly from: number
  readonly to: number
}

/** An SQL condition in its two parts: what somebody typed, and the ranges that were drawn of numbers which have no field of their own. */
export interface BrushedWhere {
  readonly typed: string
  readonly ranges: readonly Brush[]
}

const NUMBER = String.raw`-?\d[\d.]*(?:e[+-]?\d+)?`
const RANGE = String.raw`(?:advantage|meanEntropy|meanLogprob) BETWEEN ${NUMBER} AND ${NUMBER}`
const EXACT_CHARACTERS = 15
const RANGES = new RegExp(`^${RANGE}(?: AND ${RANGE})*$`)
const TYPED_AND_RANGES = new RegExp(String.raw`^\(([\s\S]*)\) AND (${RANGE}(?: AND ${RANGE})*)$`)

/** The range of neighbouring bins. A bin leaves its upper edge to the next one; only the last has it. */
export function brushOf(column: HistogramColumn, edges: readonly number[], [first, last]: BrushedBins): Brush | undefined {
  const [from, edge] = [edges[first], edges[last + 1]]
  if (from === undefined || edge === undefined) return undefined
  return { column, from, to: last + 2 === edges.length ? edge : nextBelow(edge) }
}

/** The largest double that is smaller. */
function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? -1n : 1n))
  return bits.getFloat64(0)
}

/** The filter with this range in place of another one of the same number, and everything else as it was. */
export function withBrush(filter: RolloutFilter, brush: Brush): RolloutFilter {
  const { column, from, to } = brush
  switch (column) {
    case 'reward': return { ...filter, reward: { from, to } }
    case 'completionTokens': return { ...filter, tokens: integersIn(brush) }
    case 'step': return { ...filter, steps: integersIn(brush) }
    default: {
      const { typed, ranges } = readWhere(filter.where)
      return { ...filter, where: writeWhere({ typed, ranges: [...ranges.filter((range) => range.column !== column), brush] }) }
    }
  }
}

const integersIn = ({ from, to }: Brush) => ({ from: Math.max(0, Math.ceil(from)), to: Math.max(0, Math.floor(to)) })

export function writeWhere({ typed, ranges }: BrushedWhere): string {
  const drawn = ranges.map(({ column, from, to }) => `${column} BETWEEN ${doubleText(from)} AND ${doubleText(to)}`).join(' AND ')
  if (typed === '' || drawn === '') return typed + drawn
  // A comment at the end of what was typed would swallow the bracket.
  return `(${typed}${typed.includes('--') ? '\n' : ''}) AND ${drawn}`
}

/** DuckDB reads a long decimal as of a type that rounds, one with an exponent as a double. */
function doubleText(value: number): string {
  const text = String(value)
  return text.length > EXACT_CHARACTERS && !text.includes('e') ? `${text}e0` : text
}

/** Only what `writeWhere` wrote is taken apart: of anything else, all was typed. */
export function readWhere(where = ''): BrushedWhere {
  if (RANGES.test(where)) return { typed: '', ranges: rangesIn(where) }
  const [, typed, drawn] = TYPED_AND_RANGES.exec(where) ?? []
  if (typed === undefined || drawn === undefined || !isBalanced(typed)) return { typed: where, ranges: [] }
  return { typed: typed.replace(/\n$/, ''), ranges: rangesIn(drawn) }
}

function rangesIn(drawn: string): Brush[] {
  const found = drawn.matchAll(/(advantage|meanEntropy|meanLogprob) BETWEEN (\S+) AND (\S+)/g)
  return [...found].map(([, column, from, to]) => ({ column: column as HistogramColumn, from: Number(from), to: Number(to) }))
}

/** Whether the brackets around this text belong together. */
function isBalanced(text: string): boolean {
  let depth = 0
  for (const character of text.replace(/'[^']*'|"[^"]*"|--[^\n]*/g, '')) {
    if (character === '(') depth++
    if (character === ')' && --depth < 0) return false
  }
  return depth === 0
}
