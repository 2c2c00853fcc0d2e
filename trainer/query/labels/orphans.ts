import { orphanReason } from '../../labels/anchors/checkAnchor.ts'
import type { AnchoredTexts } from '../../labels/anchors/checkAnchor.ts'
import { rolloutsNamed } from '../../labels/rows/rowBatches.ts'
import type { Label } from '../../protocol/label.ts'
import { byIds, placedRows } from '../placedRows.ts'
import type { QueryState } from '../queryState.ts'
import { readTexts } from '../rolloutTexts.ts'
import { livingRun } from './livingRun.ts'

/** Rollouts whose texts are read at a time. */
const AT_ONCE = 1000

/** A rollout's texts; null where the run does not have it; undefined where it could not be read this moment. */
type TextsOf = (rollout: string) => AnchoredTexts | null | undefined

/** The labels with the reason of those that no longer stand on what they were given for. */
export async function withOrphans(state: QueryState, run: string, labels: readonly Label[], signal: AbortSignal): Promise<Label[]> {
  const textsOf = await readTextsOf(state, run, new Set(labels.flatMap((label) => [...rolloutsNamed(label)])), signal)
  return labels.map((label) => {
    const reason = reasonOf(label, textsOf)
    return reason === undefined ? label : { ...label, orphaned: reason }
  })
}

function reasonOf(label: Label, textsOf: TextsOf): Label['orphaned'] {
  const own = textsOf(label.rollout)
  const other = label.opinion.kind === 'preference' ? textsOf(label.opinion.other.rollout) : undefined
  return own === undefined ? undefined : orphanReason(label, own, other)
}

async function readTextsOf(state: QueryState, run: string, rollouts: ReadonlySet<string>, signal: AbortSignal): Promise<TextsOf> {
  const loaded = await livingRun(state, run, signal)
  const found = new Map<string, AnchoredTexts | undefined>()
  const ids = [...rollouts]
  for (let from = 0; loaded !== undefined && from < ids.length; from += AT_ONCE) {
    const placed = await placedRows(state.db, loaded, byIds(ids.slice(from, from + AT_ONCE)), signal)
    for (const { id } of placed) found.set(id, undefined)
    for (const { id, texts } of await readTexts(placed, { signal })) found.set(id, { segments: texts.map((text) => ({ text })) })
  }
  return (rollout) => (found.has(rollout) ? found.get(rollout) : null)
}
