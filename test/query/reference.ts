/** What the query process should answer, computed from whole rollouts in memory: an independent reference. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { RolloutFilter, RolloutSort } from '../../trainer/protocol/rolloutViews.ts'
import { withDuckDb } from '../../trainer/stores/duckDb.ts'
import { recordFromRow, ROW_AS_JSON } from '../../trainer/stores/rolloutColumns.ts'

/** A rollout with what lists show of it. */
export interface Known {
  readonly at: number
  readonly rollout: Rollout
  readonly tokens: number
  readonly stopReason: string
  readonly advantage: number | null
  readonly meanLogprob: number | null
  readonly meanEntropy: number | null
  readonly zeroVariance: boolean | null
}

/** All rollouts of the shards of a run, in their order. */
export async function rolloutsInShards(directory: string): Promise<Rollout[]> {
  const folder = join(directory, 'rollouts')
  const files = readdirSync(folder).filter((name) => name.startsWith('shard-')).sort().map((name) => join(folder, name))
  const all: Rollout[] = []
  for (const file of files) {
    const rows = await withDuckDb({ files: [file], memoryMegabytes: 2000, deadlineSeconds: 120 }, (db) => db.run(`SELECT ${ROW_AS_JSON} AS json FROM read_parquet('${file}') r`))
    all.push(...rows.map((row) => recordFromRow(row.json as string) as Rollout))
  }
  return all
}

export function know(rollouts: readonly Rollout[]): Known[] {
  const flat = new Map<string, boolean>()
  const groups = groupBy(rollouts)
  for (const [key, members] of groups) {
    const rewards = members.flatMap(({ reward }) => reward.total ?? [])
    if (rewards.length > 0) flat.set(key, new Set(rewards).size === 1)
  }
  return rollouts.map((rollout, at) => {
    const own = rollout.segments[0]!
    return {
      at, rollout, tokens: own.tokens.length, stopReason: own.stopReason,
      advantage: meanOf((own.advantages ?? []).filter((_, t) => own.mask[t] === 1)), meanLogprob: meanOf(own.logprobs), meanEntropy: meanOf(own.entropies),
      zeroVariance: flat.get(keyOf(rollout)) ?? null
    }
  })
}

export const keyOf = ({ kind, step, attempt, group }: Rollout): string => [kind, step, attempt, group].join(' ')

function groupBy(rollouts: readonly Rollout[]): Map<string, Rollout[]> {
  const groups = new Map<string, Rollout[]>()
  for (const rollout of rollouts) groups.set(keyOf(rollout), [...(groups.get(keyOf(rollout)) ?? []), rollout])
  return groups
}

const meanOf = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length)

/** Whether a rollout passes; `where` is left to the caller. */
export function passes(known: Known, filter: RolloutFilter): boolean {
  const { rollout, tokens } = known
  const within = (value: number | null | undefined, range: { from?: number | undefined; to?: number | undefined } | undefined): boolean =>
    range === undefined || ((range.from === undefined || (value ?? -Infinity) >= range.from) && (range.to === undefined || (value ?? Infinity) <= range.to))
  const verdict = rollout.correct === null ? 'notScorable' : rollout.correct ? 'right' : 'wrong'
  const text = filter.text?.toLowerCase()
  return (filter.superseded === true || !rollout.superseded) && within(rollout.step, filter.steps) && (filter.kinds?.includes(rollout.kind) ?? true) &&
    within(rollout.reward.total, filter.reward) && within(tokens, filter.tokens) && (filter.verdicts?.includes(verdict) ?? true) &&
    Object.entries(filter.parts ?? {}).every(([name, range]) => within(rollout.reward.parts.find((part) => part.name === name)?.score, range)) &&
    (filter.stopReasons?.some((reason) => reason === known.stopReason) ?? true) && (filter.zeroVariance === undefined || known.zeroVariance === filter.zeroVariance) &&
    (filter.kept === undefined || rollout.filter?.kept === filter.kept) && (filter.environments?.includes(rollout.environment) ?? true) &&
    (filter.problemId === undefined || rollout.problemId === filter.problemId) && (filter.group === undefined || rollout.group === filter.group) &&
    (text === undefined || [rollout.segments[0]!.samplePrompt.text, ...rollout.segments.map((segment) => segment.text)].some((one) => one.toLowerCase().includes(text)))
}

/** Ids in order: nulls last, ties in the order of recording. */
export function sorted(all: readonly Known[], { by, descending }: RolloutSort): string[] {
  const value = (known: Known): number | string | null => {
    const { rollout } = known
    const values = { recorded: known.at, step: rollout.step, reward: rollout.reward.total, advantage: known.advantage, completionTokens: known.tokens, correct: rollout.correct === null ? null : Number(rollout.correct), problemId: rollout.problemId, stopReason: known.stopReason, meanLogprob: known.meanLogprob, meanEntropy: known.meanEntropy }
    return values[by]
  }
  const compare = (a: Known, b: Known): number => {
    const [left, right] = [value(a), value(b)]
    if (left === null || right === null) return left === right ? a.at - b.at : left === null ? 1 : -1
    const order = left < right ? -1 : left > right ? 1 : 0
    return order === 0 ? a.at - b.at : descending ? -order : order
  }
  return [...all].sort(compare).map(({ rollout }) => rollout.id)
}
