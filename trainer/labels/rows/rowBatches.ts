import type { Label } from '../../protocol/label.ts'
import { grouped } from '../store/grouped.ts'

/** Labels whose rows depend on no label outside, and the rollouts that they name. */
export interface RowBatch {
  readonly labels: readonly Label[]
  readonly rollouts: ReadonlySet<string>
}

/** The rollouts that a label speaks of. */
export function rolloutsNamed({ rollout, opinion }: Label): readonly string[] {
  return opinion.kind === 'preference' ? [rollout, opinion.other.rollout] : [rollout]
}

/** Splits labels so that the rollouts of a few are in memory at a time: about `rollouts` a batch, in the order of their ids. */
export function rowBatches(labels: readonly Label[], rollouts: number): RowBatch[] {
  const groups = grouped(labels, (label) => [...rolloutsNamed(label)].sort()[0]!)
  const batches: { labels: Label[]; rollouts: Set<string> }[] = []
  for (const key of [...groups.keys()].sort()) {
    const last = batches.at(-1)
    const batch = last === undefined || last.rollouts.size >= rollouts ? { labels: [], rollouts: new Set<string>() } : last
    if (batch !== last) batches.push(batch)
    for (const label of groups.get(key)!) {
      batch.labels.push(label)
      for (const named of rolloutsNamed(label)) batch.rollouts.add(named)
    }
  }
  return batches
}
