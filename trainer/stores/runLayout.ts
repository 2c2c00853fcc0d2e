/** Names of the files in a run directory. Nothing outside stores/ and query/ knows them. */

/** The rollouts of one training step, or of the evaluations made at that step. */
export interface RolloutBatch {
  readonly kind: 'train' | 'evaluation'
  /** RL step; 0 = before training. */
  readonly step: number
}

export const RUN_FILES = {
  run: 'run.json',
  lock: 'run.lock',
  git: 'git.json',
  gitPatch: 'git.patch',
  state: 'state.json',
  metrics: 'metrics.jsonl',
  events: 'events.jsonl',
  summary: 'summary.json',
  annotations: 'annotations.json',
  redTeam: 'redTeam.json',
  rollouts: 'rollouts',
  rescores: 'rescores',
  updates: 'updates',
  checkpoints: 'checkpoints',
  model: 'model'
} as const

/**
 * open: rollouts appended as they are scored; sealing: the whole step being written; sealed: whole and verified; damaged: an
 * open file of which some lines could not be carried over.
 */
export type BatchStage = 'open' | 'sealing' | 'sealed' | 'damaged'

const PREFIX = {
  train: { open: 'open-', sealing: 'sealing-', sealed: 'step-', damaged: 'damaged-' },
  evaluation: { open: 'open-evaluation-', sealing: 'sealing-evaluation-', sealed: 'evaluation-', damaged: 'damaged-evaluation-' }
} as const
const BATCH_NAME = /^(open-evaluation-|sealing-evaluation-|damaged-evaluation-|evaluation-|open-|sealing-|damaged-|step-)(\d{6,15})\.jsonl$/

export function batchFileName(batch: RolloutBatch, stage: BatchStage): string {
  return `${PREFIX[batch.kind][stage]}${padded(batch.step, 6)}.jsonl`
}

export function parseBatchFileName(name: string): { batch: RolloutBatch; stage: BatchStage } | undefined {
  const match = BATCH_NAME.exec(name)
  if (match === null) return undefined
  const step = Number(match[2])
  for (const kind of ['train', 'evaluation'] as const) {
    for (const stage of ['open', 'sealing', 'sealed', 'damaged'] as const) {
      if (PREFIX[kind][stage] === match[1]) return { batch: { kind, step }, stage }
    }
  }
  return undefined
}

/** shard: whole rollouts of many steps; index: the same rows without text and tokens; text: their texts alone, for searches. */
export type ShardPart = 'shard' | 'index' | 'text'
const SHARD_NAME = /^(compacting-)?(shard|index|text)-(\d{5,9})\.parquet$/

export function shardFileName(part: ShardPart, number: number, unfinished = false): string {
  return `${unfinished ? 'compacting-' : ''}${part}-${padded(number, 5)}.parquet`
}

export function parseShardFileName(name: string): { part: ShardPart; number: number; unfinished: boolean } | undefined {
  const match = SHARD_NAME.exec(name)
  return match === null ? undefined : { part: match[2] as ShardPart, number: Number(match[3]), unfinished: match[1] !== undefined }
}

export function batchKey(batch: RolloutBatch): string {
  return `${batch.kind} ${batch.step}`
}

export function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}
