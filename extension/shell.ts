import type * as vscode from 'vscode'
import type { Comments } from './comments/comments.ts'
import type { Labels } from './contracts/labels.ts'
import type { Queries } from './contracts/queries.ts'
import type { SettingsSource } from './contracts/settings.ts'
import type { LabCommand, Trainers } from './contracts/trainers.ts'
import type { Views } from './contracts/views.ts'
import type { LabelQueue } from './ratings/labelQueue.ts'
import type { Reports } from './reports/reports.ts'
import type { RescoreWatch } from './rewards/rescoring.ts'
import type { Catalogue } from './runFiles/catalogue.ts'
import type { RunList } from './runs/runList.ts'
import type { Samples } from './starting/samples.ts'
import type { Suggestions } from './suggestions/createSuggestions.ts'
import type { Traces } from './traces/traces.ts'

/** Everything that commands and views of the shell work with. */
export interface Shell {
  readonly context: vscode.ExtensionContext
  readonly log: vscode.LogOutputChannel
  readonly settings: SettingsSource
  readonly queries: Queries
  readonly labels: Labels
  readonly traces: Traces
  readonly comments: Comments
  readonly labelQueue: LabelQueue
  readonly suggestions: Suggestions
  readonly trainers: Trainers
  readonly lab: LabCommand
  readonly views: Views
  readonly runs: RunList
  readonly reports: Reports
  readonly rescores: RescoreWatch
  readonly samples: Samples
  readonly catalogue: Catalogue
  /** Puts what a first start needs in place while people still choose. */
  prepare(): void
}

/** A command of the palette; `given` is what a tree, a lens or a key binding hands over: nothing of it is certain. */
export type CommandHandler = (shell: Shell, ...given: readonly unknown[]) => Promise<unknown>
