import type { Label, LabelRecordInput, LabelSet, Opinion } from '../../trainer/protocol/label.ts'
import type { LabelQueueKind, LabelProgress } from '../../trainer/protocol/labelViews.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { CommonNotices, CommonRequests } from './connection.ts'

export interface LabellerStart {
  readonly run: RunCard
  readonly labeler: string
  readonly labelSets: readonly LabelSet[]
  readonly saved: unknown
  /** Rollout to begin with, whatever the queue: it comes from a view that shows all of it. */
  readonly show?: string
}

/** An opinion on its way to the disk: the host adds id, time, labeler and source. */
export type NewLabel = Pick<LabelRecordInput, 'rollout' | 'problemId' | 'anchor' | 'qualityControl' | 'seconds' | 'blind' | 'replaces' | 'suggestedBy'> & { readonly opinion: Opinion }

/** One thing to label. `other` for pairs. */
export interface LabelItem {
  readonly rollout: Rollout
  readonly other?: Rollout
  readonly labels: readonly Label[]
  readonly qualityControl: boolean
}

export interface LabellerRequests extends CommonRequests {
  readonly ready: { readonly params: Record<string, never>; readonly result: LabellerStart }
  /** Ids in the order to label. `pairs`: neighbours at one problem with unlike verdicts. */
  readonly queue: { readonly params: { readonly kind: LabelQueueKind; readonly pairs: boolean; readonly seed: number }; readonly result: readonly { readonly rollout: string; readonly other?: string; readonly qualityControl: boolean }[] }
  readonly item: { readonly params: { readonly rollout: string; readonly other?: string; readonly qualityControl: boolean }; readonly result: LabelItem | null }
  /** Answers once the records are on the disk, with them as they were written. */
  readonly commit: { readonly params: { readonly labels: readonly NewLabel[] }; readonly result: readonly Label[] }
  /** Takes the newest commit of this window back, by records that say so; the rollout or the pair it was on, or null where there is none. */
  readonly undo: { readonly params: Record<string, never>; readonly result: { readonly rollout: string; readonly other?: string } | null }
  readonly suggest: { readonly params: { readonly rollouts: readonly string[] }; readonly result: { readonly drafts: number } }
  readonly progress: { readonly params: Record<string, never>; readonly result: LabelProgress }
  readonly openDocument: { readonly params: { readonly rollout: string }; readonly result: null }
}

export interface LabellerNotices extends CommonNotices {
  /** Labels of this rollout were written elsewhere: another window, the editor, a pull. */
  readonly labelsChanged: { readonly rollouts: readonly string[] }
  /** Show this rollout; asked for in a view that shows all of it. */
  readonly show: { readonly rollout: string }
}
