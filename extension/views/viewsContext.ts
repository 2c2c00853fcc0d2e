import type * as vscode from 'vscode'
import type { Queries } from '../contracts/queries.ts'
import type { SettingsSource } from '../contracts/settings.ts'
import type { LabCommand, Trainers } from '../contracts/trainers.ts'

/** What the views are made of; the composition root fills it in. */
export interface ViewsContext {
  readonly extension: vscode.ExtensionContext
  readonly queries: Queries
  readonly trainers: Trainers
  readonly settings: SettingsSource
  readonly lab: LabCommand
  readonly log: vscode.LogOutputChannel
}
