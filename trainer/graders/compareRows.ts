import type { Comparison } from './compareValues.ts'
import { compareValues } from './compareValues.ts'
import { showValue } from './showValue.ts'
import type { JsonValue } from './specialValues.ts'

export type Row = readonly JsonValue[]

/**
 * Execution accuracy (Spider, Yu et al. 2018; test suites, Zhong et al. 2020): whether two queries have the same result set. Rows are
 * a bag: each counts as often as it comes, in any order unless `ordered`; columns count by their place, whatever their names are.
 * NULL is NULL, 1 is 1.0, and sums of doubles may differ in the last digits.
 */
export function compareRows(got: readonly Row[], expected: readonly Row[], ordered: boolean): Comparison {
  const width = expected[0]?.length
  const wrong = got.find((row) => width !== undefined && row.length !== width)
  if (wrong) return { equal: false, why: `${wrong.length} column(s) instead of ${width ?? 0}` }
  if (got.length !== expected.length) return { equal: false, why: `${got.length} row(s) instead of ${expected.length}` }
  return ordered ? inOrder(got, expected) : asBag(got, expected)
}

/** Of two doubles that are sums of the same numbers in another order. */
const SUM_TOLERANCE = 1e-9

function inOrder(got: readonly Row[], expected: readonly Row[]): Comparison {
  const first = expected.findIndex((row, i) => !compareValues(got[i]!, row, SUM_TOLERANCE).equal)
  if (first < 0) return same(expected)
  return { equal: false, why: `row ${first + 1}: ${showValue(got[first]!, 80)} instead of ${showValue(expected[first]!, 80)}` }
}

/** Sorted by their cells, equal bags are equal lists. */
function asBag(got: readonly Row[], expected: readonly Row[]): Comparison {
  const [a, b] = [sorted(got), sorted(expected)]
  const first = b.findIndex((row, i) => !compareValues(a[i]!, row, SUM_TOLERANCE).equal)
  if (first < 0) return same(expected)
  return { equal: false, why: `in any order, the row ${showValue(a[first]!, 80)} instead of ${showValue(b[first]!, 80)}` }
}

const same = (rows: readonly Row[]): Comparison => ({ equal: true, why: `the ${rows.length} row(s) are those of the expected query` })

const sorted = (rows: readonly Row[]): Row[] =>
  rows.map((row) => ({ row, key: row.map(sortKey) })).sort((a, b) => compareKeys(a.key, b.key)).map(({ row }) => row)

/** Numbers by size, before texts by their units; doubles that differ in the last digits alone must not change places with others. */
function sortKey(cell: JsonValue): string | number {
  if (typeof cell === 'number') return Number(cell.toPrecision(9))
  return typeof cell === 'string' ? `text ${cell}` : showValue(cell, 1000)
}

function compareKeys(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i]!
    if (left === right) continue
    if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1
    return left < right ? -1 : 1
  }
  return 0
}
