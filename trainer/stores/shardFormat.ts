import type { ShardPart } from './runLayout.ts'

/** Rows that are decoded together: few where they are wide, so that one rollout is read without its neighbours. */
const ROW_GROUP_ROWS: Readonly<Record<ShardPart, number>> = { shard: 2048, index: 50_000, text: 2048 }
const MEGABYTE = 1024 * 1024
/** What a token takes in a line whose numbers have all their digits; in columns every number is as wide, however short its text. */
const TOKEN_BYTES = 96
/** Lines of a row group of 2,048, which are held in memory several times over while it is written or read. */
const FULL_GROUP_BYTES = 64 * MEGABYTE
/** Where they have more: DuckDB takes lines in pieces of 32 MB, and a group ends with the first piece that fills it. */
const WIDE_GROUP_BYTES = 24 * MEGABYTE

/**
 * Options of the COPY that writes a part of a shard.
 * @param rows how many rollouts fit into a row group, of `rowsOfGroup`
 */
export const shardFormat = (part: ShardPart, rows = Infinity): string =>
  `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${part === 'index' ? ROW_GROUP_ROWS.index : Math.min(ROW_GROUP_ROWS[part], rows)})`

/** Bytes that a rollout counts for, from its line. */
export function weightOf(lineBytes: number, record: unknown): number {
  const { segments } = record as { readonly segments?: unknown }
  if (!Array.isArray(segments)) return lineBytes
  const tokens = segments.reduce<number>((sum, segment: { readonly tokens?: unknown } | null) => sum + (Array.isArray(segment?.tokens) ? segment.tokens.length : 0), 0)
  return Math.max(lineBytes, tokens * TOKEN_BYTES)
}

/** How many rollouts a row group gets, from their weights in order. */
export function rowsOfGroup(weights: readonly number[]): number {
  return fitting(weights, FULL_GROUP_BYTES) >= ROW_GROUP_ROWS.shard ? ROW_GROUP_ROWS.shard : Math.max(1, fitting(weights, WIDE_GROUP_BYTES))
}

/** The most of which any so many in succession weigh no more than told. */
function fitting(weights: readonly number[], most: number): number {
  let fewest = Infinity
  let sum = 0
  let from = 0
  for (const [end, weight] of weights.entries()) {
    sum += weight
    for (; sum > most; sum -= weights[from++]!) fewest = Math.min(fewest, end - from)
  }
  return fewest
}
