import type { LabelQueueKind } from '../../trainer/protocol/labelViews.ts'

/** Queues in the order in which they are offered. */
export const QUEUES: readonly { readonly kind: LabelQueueKind; readonly title: string; readonly detail: string }[] = [
  { kind: 'unlabelled', title: 'Unlabelled', detail: 'Rollouts that nobody labelled' },
  { kind: 'failing', title: 'Failing', detail: 'Rollouts that were graded wrong' },
  { kind: 'mixedGroups', title: 'Mixed groups', detail: 'Groups in which some attempts are right and some wrong' },
  { kind: 'highestEntropy', title: 'Highest entropy', detail: 'Where the model was least certain, first' },
  { kind: 'disagreement', title: 'Disagreement', detail: 'Rollouts on which labelers differ' },
  { kind: 'judgeAgainstVerifier', title: 'Judge against verifier', detail: 'Rollouts that models or checkers judge otherwise than the grader' },
  { kind: 'random', title: 'Random', detail: 'In random order' },
  { kind: 'qualityControl', title: 'Quality control', detail: 'Items that measure accuracy and consistency' }
]

export const queueTitle = (kind: LabelQueueKind): string => QUEUES.find((each) => each.kind === kind)?.title ?? kind
export const isQueueKind = (kind: unknown): kind is LabelQueueKind => QUEUES.some((each) => each.kind === kind)
