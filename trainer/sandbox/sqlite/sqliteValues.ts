import type { Json } from '../sandbox.ts'

/** As SQLite gives it; integers apart from other numbers. */
export type Cell = bigint | number | string | Uint8Array | null

/** A cell as it leaves the process: integers beyond ±2^53 and infinities as special values, bytes as `{ "$blob": "<hex>" }`. */
export function cellOf(cell: Cell): Json {
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : { $special: String(cell) }
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : { $special: String(cell) }
  return cell instanceof Uint8Array ? { $blob: Buffer.from(cell).toString('hex') } : cell
}
