import type { CheckpointCard } from '../../trainer/protocol/runViews.ts'
import type { QueuedStart } from '../contracts/trainers.ts'
import type { RunGroup } from '../runs/runGroups.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import type { Sample } from '../starting/startItems.ts'

export type TreeNode =
  | { readonly kind: 'queue'; readonly starts: readonly QueuedStart[] }
  | { readonly kind: 'queued'; readonly start: QueuedStart; readonly position: number; readonly of: number }
  | { readonly kind: 'group'; readonly group: RunGroup }
  | { readonly kind: 'run'; readonly run: ShownRun }
  | { readonly kind: 'checkpoint'; readonly run: ShownRun; readonly checkpoint: CheckpointCard }
  | { readonly kind: 'sample'; readonly sample: Sample }
  /** Something that could not be read. */
  | { readonly kind: 'trouble'; readonly message: string; readonly detail: string }

export const isTreeNode = (value: unknown): value is TreeNode => typeof value === 'object' && value !== null && 'kind' in value
