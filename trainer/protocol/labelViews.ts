/** Labels as lists, queues and dialogs show them. */
import { z } from 'zod'
import type { LeftOut, RowKind } from './labelRows.ts'

/** What was said of a rollout, in a list. Drafts are no labels. */
export interface LabelState {
  readonly labels: number
  /** Suggestions that nobody decided on yet. */
  readonly drafts: number
  readonly flagged: boolean
  readonly disagreeing: boolean
  readonly completedBy: readonly string[]
}

/** Which rollouts to label next, and in which order. */
export const LabelQueueKind = z.enum(['unlabelled', 'failing', 'mixedGroups', 'highestEntropy', 'disagreement', 'judgeAgainstVerifier', 'random', 'qualityControl'])
export type LabelQueueKind = z.infer<typeof LabelQueueKind>

export interface LabelProgress {
  /** Rollouts of the run that the labeler completed, and of the queue. */
  readonly completed: number
  readonly total: number
  readonly today: number
  /** Median seconds from shown to completed, of the last 50; null before the first. */
  readonly medianSeconds: number | null
  /** Share of own labels given again alike, on items shown twice; null where there were none. */
  readonly consistency: { readonly value: number; readonly low: number; readonly high: number; readonly items: number } | null
  /** Share right on quality-control items whose label is known. */
  readonly qualityControl: { readonly value: number; readonly low: number; readonly high: number; readonly items: number } | null
  /** Of drafts by source: accepted as they were, edited, rejected, open. */
  readonly drafts: readonly { readonly source: string; readonly accepted: number; readonly edited: number; readonly rejected: number; readonly open: number }[]
}

/** One measure of agreement with its bootstrap interval over items; `value: null` where it is not defined, `why` says so. */
export interface AgreementMeasure {
  readonly measure: string
  readonly title: string
  readonly definition: string
  readonly between: string
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly items: number
  readonly why?: string
}

/** A rollout on which labelers differ. Resolving the opinions that lost settles it: they no longer count, and give no rows. */
export interface Disagreement {
  readonly rollout: string
  readonly kind: 'verdict' | 'firstError' | 'stepRating' | 'preference' | 'rubric'
  readonly step?: number
  /** `label` is the id of the label, which stands on `rollout`: of a pair, that may be the other one. */
  readonly opinions: readonly { readonly labeler: string; readonly says: string; readonly label: string; readonly rollout: string }[]
}

/** What an export would give. */
export interface RowsPreview {
  readonly rows: Readonly<Record<RowKind, number>>
  readonly leftOut: readonly LeftOut[]
  readonly labelers: readonly string[]
  readonly sources: Readonly<Record<string, number>>
}
