import { nameOf } from '../../evals/agreement/rater.ts'
import type { Label } from '../../protocol/label.ts'
import type { LabelProgress } from '../../protocol/labelViews.ts'

export type DraftState = 'open' | NonNullable<Label['decision']>

export const decidedDraft = ({ decision }: Pick<Label, 'decision'>): DraftState => decision ?? 'open'

/** What became of drafts, by source. */
export function draftCounts(labels: Iterable<Label>): LabelProgress['drafts'] {
  const counts = new Map<string, { source: string; accepted: number; edited: number; rejected: number; open: number }>()
  for (const label of labels) {
    if (!label.draft) continue
    const source = nameOf(label.source, label.labeler)
    const known = counts.get(source) ?? { source, accepted: 0, edited: 0, rejected: 0, open: 0 }
    known[decidedDraft(label)]++
    counts.set(source, known)
  }
  return [...counts.values()].sort((a, b) => (a.source < b.source ? -1 : 1))
}
