import type { RolloutFilter } from '../../../trainer/protocol/rolloutViews.ts'
import type { HistogramColumn } from './histogram.ts'

/** A range of a number, drawn on its histogram. */
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
const RANGES = new RegExp(`^${RANGE}(?: AND ${RANGE})*$`)
const TYPED_AND_RANGES = new RegExp(String.raw`^\(([\s\S]*)\) AND (${RANGE}(?: AND ${RANGE})*)$`)

/** The filter with this range in place of another one of the same number, and everything else as it was. */
export function withBrush(filter: RolloutFilter, brush: Brush): RolloutFilter {
  const { column, from, to } = brush
  switch (column) {
    case 'reward': return { ...filter, reward: { from, to } }
    case 'completionTokens': return { ...filter, tokens: { from, to } }
    case 'step': return { ...filter, steps: { from: Math.max(0, Math.ceil(from)), to: Math.max(0, Math.floor(to)) } }
    default: {
      const { typed, ranges } = readWhere(filter.where)
      return { ...filter, where: writeWhere({ typed, ranges: [...ranges.filter((range) => range.column !== column), brush] }) }
    }
  }
}

export function writeWhere({ typed, ranges }: BrushedWhere): string {
  const drawn = ranges.map(({ column, from, to }) => `${column} BETWEEN ${from} AND ${to}`).join(' AND ')
  if (typed === '' || drawn === '') return typed + drawn
  // A comment at the end of what was typed would swallow the bracket.
  return `(${typed}${typed.includes('--') ? '\n' : ''}) AND ${drawn}`
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
