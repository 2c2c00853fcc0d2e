import { judgementsOf } from '../../evals/agreement/judgements.ts'
import { checkedJudgements, consistency, shareRight } from '../../evals/agreement/qualityControl.ts'
import type { KnownTruth } from '../../evals/agreement/qualityControl.ts'
import { quantile } from '../../evals/bootstrap.ts'
import type { Label } from '../../protocol/label.ts'
import type { LabelProgress } from '../../protocol/labelViews.ts'
import { draftCounts } from './drafts.ts'

/** Completions that the pace is taken from. */
const LAST = 50

/** How far a labeler is, how fast and how sure. `now` tells which day is today, in the time zone of this machine. */
export function labelProgress(labels: readonly Label[], labeler: string, total: number, truthOf: (rollout: string) => KnownTruth | undefined, now: Date): LabelProgress {
  const own = labels.filter((label) => label.labeler === labeler && !label.draft && label.source.kind === 'human')
  const completions = own.filter(({ opinion }) => opinion.kind === 'completed').sort((a, b) => (a.at < b.at ? -1 : 1))
  const today = now.toDateString()
  const judgements = judgementsOf(labels.filter((label) => label.labeler === labeler || label.source.kind === 'checker'))
  const checked = checkedJudgements(judgements, truthOf).filter(({ judgement }) => judgement.rater.name === labeler)
  return {
    completed: new Set(completions.map(({ rollout }) => rollout)).size, total,
    today: new Set(completions.filter(({ createdAt }) => new Date(createdAt).toDateString() === today).map(({ rollout }) => rollout)).size,
    medianSeconds: medianSeconds(completions), consistency: consistency(judgements, labeler), qualityControl: shareRight(checked), drafts: draftCounts(labels)
  }
}

/** Completions without a measured time (0) are left out. */
function medianSeconds(completions: readonly Label[]): number | null {
  const measured = completions.map(({ seconds }) => seconds).filter((seconds) => seconds > 0).slice(-LAST)
  return measured.length === 0 ? null : quantile(measured.sort((a, b) => a - b), 0.5)
}
