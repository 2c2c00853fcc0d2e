import { orphanReason } from '../../labels/anchors/checkAnchor.ts'
import type { WithTexts } from '../../labels/anchors/checkAnchor.ts'
import type { Label, OrphanReason } from '../../protocol/label.ts'
import { readRolloutTexts } from '../../stores/rolloutTexts.ts'

/** What an orphan's reason is in words. */
export const ORPHAN_WORDS: Readonly<Record<OrphanReason, string>> = {
  rolloutGone: 'the run has no such rollout',
  textChanged: 'the text is another one now',
  outOfText: 'it stands beyond the end of the text',
  segmentGone: 'the rollout has no such segment'
}

export interface Orphan {
  readonly label: Label
  readonly reason: OrphanReason
}

/** Labels that no longer stand on what they were given for. */
export async function findOrphans(run: string, labels: readonly Label[]): Promise<Orphan[]> {
  const ids = new Set(labels.flatMap(({ rollout, opinion }) => (opinion.kind === 'preference' ? [rollout, opinion.other.rollout] : [rollout])))
  const texts = new Map<string, WithTexts>()
  await readRolloutTexts(run, ids, ({ id, segments }) => void texts.set(id, { segments: segments.map(({ text }) => ({ text })) }))
  return labels.flatMap((label) => {
    const other = label.opinion.kind === 'preference' ? (texts.get(label.opinion.other.rollout) ?? null) : undefined
    const reason = orphanReason(label, texts.get(label.rollout) ?? null, other)
    return reason === undefined ? [] : [{ label, reason }]
  })
}
