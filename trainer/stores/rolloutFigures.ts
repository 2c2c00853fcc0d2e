/**
 * SQL expressions of what lists say of a rollout. Lines go by the same rules in query/narrowRollout.ts, so that a list says the same before
 * and after a step is compacted, and what the metrics of the step say.
 */
import { KL_PART } from '../protocol/taskReward.ts'
import { sqlText } from './duckDb.ts'

/** A list by token of the first segment, for what the policy wrote: `written_T` of protocol/toolTokens.ts. */
export function writtenSql(values: string): string {
  const tools = `list_filter(segments[1].spans, lambda span: span.kind = 'tool')`
  const told = `len(list_filter(${tools}, lambda span: span."from" < segments[1].tokenEnds[t] AND segments[1].tokenEnds[t] <= span."to")) > 0`
  return `CASE WHEN len(${tools}) > 0 THEN list_filter(segments[1].${values}, lambda value, t: NOT coalesce(${told}, false)) ELSE segments[1].${values} END`
}

/** How many tokens the policy wrote. */
export const WRITTEN_TOKENS_SQL = `len(${writtenSql('tokens')})`

/** Mean advantage of the tokens that are trained on; a loop that knows no tokens tells one advantage without a mask. */
export const ADVANTAGE_SQL =
  'list_avg(flatten(list_transform(segments, lambda segment: list_filter(segment.advantages, lambda value, t: coalesce(segment."mask"[t], 1) <> 0))))'

/** `taskReward` of protocol/taskReward.ts. */
export const TASK_REWARD_SQL = `CASE WHEN len(list_filter(reward.parts, lambda part: part.name = ${sqlText(KL_PART)})) = 0 THEN reward.total
  WHEN len(list_filter(${taskParts()}, lambda part: part.score IS NULL)) > 0 THEN NULL
  ELSE coalesce(list_sum(list_transform(${taskParts()}, lambda part: part.weight * part.score)), 0) END`

function taskParts(): string {
  return `list_filter(reward.parts, lambda part: part.name <> ${sqlText(KL_PART)} AND part.weight <> 0)`
}
