import type { ShardPart } from './runLayout.ts'

/** Rows that are decoded together: few where they are wide, so that one rollout is read without its neighbours. */
const ROW_GROUP_ROWS: Readonly<Record<ShardPart, number>> = { shard: 2048, index: 50_000, text: 2048 }

/** Options of the COPY that writes a part of a shard. */
export const shardFormat = (part: ShardPart): string => `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS[part]})`
