import type { Comparison } from './compareValues.ts'
import { cellKeys } from './rowKeys.ts'
import { showValue } from './showValue.ts'
import type { JsonValue } from './specialValues.ts'

export type Row = readonly JsonValue[]

/**
 * Execution accuracy (Spider, Yu et al. 2018; test suites, Zhong et al. 2020): whether two queries have the same result set. Rows are
 * a bag: each counts as often as it comes, in any order unless `ordered`; columns count by their place, whatever their names are.
 * NULL is NULL, 1 is 1.0, integers are equal or not, and sums of doubles may differ in the last digits.
 */
export function compareRows(got: readonly Row[], expected: readonly Row[], ordered: boolean): Comparison {
  const width = expected[0]?.length
  const wrong = got.find((row) => width !== undefined && row.length !== width)
  if (wrong) return { equal: false, why: `${wrong.length} column(s) instead of ${width ?? 0}` }
  if (got.length !== expected.length) return { equal: false, why: `${got.length} row(s) instead of ${expected.length}` }
  return ordered ? inOrder(got, expected) : asBag(got, expected)
}

function inOrder(got: readonly Row[], expected: readonly Row[]): Comparison {
  const keyOf = rowKeys(got, expected)
  const first = expected.findIndex((row, i) => keyOf(got[i]!) !== keyOf(row))
  if (first < 0) return same(expected)
  return { equal: false, why: `row ${first + 1}: ${showValue(got[first]!, 80)} instead of ${showValue(expected[first]!, 80)}` }
}

function asBag(got: readonly Row[], expected: readonly Row[]): Comparison {
  const keyOf = rowKeys(got, expected)
  const missing = leftOver(expected, got, keyOf)
  if (missing === undefined) return same(expected)
  return { equal: false, why: `in any order, the row ${showValue(leftOver(got, expected, keyOf)!, 80)} instead of ${showValue(missing, 80)}` }
}

const same = (rows: readonly Row[]): Comparison => ({ equal: true, why: `the ${rows.length} row(s) are those of the expected query` })

function rowKeys(got: readonly Row[], expected: readonly Row[]): (row: Row) => string {
  const keyOf = cellKeys([...got, ...expected].flat() as JsonValue[])
  return (row) => JSON.stringify(row.map(keyOf))
}

/** The first of some rows that comes more often among them than among the others. */
function leftOver(rows: readonly Row[], others: readonly Row[], keyOf: (row: Row) => string): Row | undefined {
  const counts = new Map<string, number>()
  for (const key of others.map(keyOf)) counts.set(key, (counts.get(key) ?? 0) + 1)
  return rows.find((row) => {
    const left = (counts.get(keyOf(row)) ?? 0) - 1
    counts.set(keyOf(row), left)
    return left < 0
  })
}
