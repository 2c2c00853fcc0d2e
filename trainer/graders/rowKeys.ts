import { readSpecial } from './specialValues.ts'
import type { JsonValue } from './specialValues.ts'

/** Of two doubles that are sums of the same numbers in another order: relative, and absolute below 1. */
const SUM_TOLERANCE = 1e-11

/**
 * A text for each cell such that cells count as equal exactly where their texts are: integers of any size by their value, doubles by the
 * neighbourhood that they share, texts, NULL and blobs as they are. A double that is an integer but for its last digits is that integer.
 */
export function cellKeys(cells: Iterable<JsonValue>): (cell: JsonValue) => string {
  const neighbourhoods = neighbourhoodsOf([...cells].filter(isRounded))
  return (cell) => {
    if (isRounded(cell)) return neighbourhoods.get(cell)!
    if (typeof cell === 'number' && Number.isSafeInteger(cell)) return integerKey(BigInt(cell))
    if (typeof cell === 'string') return `text ${cell}`
    if (typeof cell === 'number') return `number ${cell}`
    const special = readSpecial(cell)
    return special?.kind === 'integer' ? integerKey(special.value) : `other ${JSON.stringify(cell)}`
  }
}

const integerKey = (value: bigint): string => `number ${value}`

/** A number that stands for others beside it: integers up to 2^53 stand for themselves alone. */
const isRounded = (cell: JsonValue): cell is number => typeof cell === 'number' && Number.isFinite(cell) && !Number.isSafeInteger(cell)

/** Sorted numbers fall apart where two neighbours differ by more than sums may. */
function neighbourhoodsOf(numbers: readonly number[]): Map<number, string> {
  const keys = new Map<number, string>()
  let before: number | undefined
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    keys.set(number, before !== undefined && areClose(before, number) ? keys.get(before)! : firstKey(number))
    before = number
  }
  return keys
}

function firstKey(number: number): string {
  const nearest = Math.round(number)
  return areClose(number, nearest) ? integerKey(BigInt(nearest)) : `number ${number}`
}

const areClose = (a: number, b: number): boolean => Math.abs(a - b) <= SUM_TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b))
