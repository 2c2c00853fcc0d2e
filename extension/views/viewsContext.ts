import type * as vscode from 'vscode'
import type { Comments } from '../comments/comments.ts'
import type { Labels } from '../contracts/labels.ts'
import type { Queries } from '../contracts/queries.ts'
import type { SettingsSource } from '../contracts/settings.ts'
import type { LabCommand, Trainers } from '../contracts/trainers.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import type { Traces } from '../traces/traces.ts'

/** What the views are made of; the composition root fills it in. */
export interface ViewsContext {
  readonly extension: vscode.ExtensionContext
  readonly queries: Queries
  readonly trainers: Trainers
  readonly settings: SettingsSource
  readonly lab: LabCommand
  readonly labels: Labels
  readonly traces: Traces
  readonly comments: Comments
  /** Drafts labels of these rollouts of one run; how many came. */
  readonly suggestDrafts: (rollouts: readonly RolloutPlace[]) => Promise<number>
  readonly log: vscode.LogOutputChannel
}
