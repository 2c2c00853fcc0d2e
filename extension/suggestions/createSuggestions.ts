import * as vscode from 'vscode'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import type { Labels } from '../contracts/labels.ts'
import type { Queries } from '../contracts/queries.ts'
import type { SettingsSource } from '../contracts/settings.ts'
import type { LabCommand } from '../contracts/trainers.ts'
import { plainLine } from '../plainText.ts'
import type { Reports } from '../reports/reports.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import { mayExecute } from '../starting/trust.ts'
import { chooseSource } from './chooseSource.ts'
import { confirmSending } from './confirmSending.ts'
import { prepareBatch, resultText, runBatch } from './draftBatch.ts'
import type { Batch, BatchResult } from './draftBatch.ts'
import { endpointKeys } from './endpointKey.ts'
import type { EndpointKeys } from './endpointKey.ts'
import type { Suggester } from './suggester.ts'

/** Drafts of labels by checkers and models. */
export interface Suggestions {
  readonly keys: EndpointKeys
  /** Asks who shall draft on these rollouts of one run, and has it done; how many drafts came. @throws NothingAsked */
  draft(places: readonly RolloutPlace[]): Promise<number>
}

export interface SuggestionsParts {
  readonly context: Pick<vscode.ExtensionContext, 'secrets' | 'workspaceState'>
  readonly queries: Queries
  readonly labels: Labels
  readonly lab: LabCommand
  readonly settings: SettingsSource
  readonly log: vscode.LogOutputChannel
  runs(): readonly ShownRun[]
  readonly report: Reports['show']
}
export interface SuggestionsContext extends SuggestionsParts {
  readonly keys: EndpointKeys
}

/** People changed their mind; they know. */
export class NothingAsked extends Error {
  readonly code = 'nothingAsked'
  readonly remedy = ''

  constructor() {
    super('No drafts were asked for.')
  }
}

export function createSuggestions(parts: SuggestionsParts): Suggestions {
  const context: SuggestionsContext = { ...parts, keys: endpointKeys(parts.context.secrets) }
  return { keys: context.keys, draft: (places) => draft(context, places) }
}

async function draft(context: SuggestionsContext, places: readonly RolloutPlace[]): Promise<number> {
  if (!(await mayExecute('Suggest Labels'))) throw new NothingAsked()
  const [first] = places
  const rollout = first && (await context.queries.ask('rollouts/one', first))
  if (!rollout) throw new Error('There is no rollout here to draft labels of.')
  const suggester = await chooseSource(context, first.run, rollout.environment)
  if (!suggester) throw new NothingAsked()
  const batch = await prepareBatch(context, places, suggester.source)
  const { sends, title } = suggester
  if (sends && batch.rollouts.length > 0 && !(await confirmSending(title, sends, batch.rollouts, context.report))) throw new NothingAsked()
  const result = await runShown(context, suggester, batch)
  void tell(context, result, title)
  return result.drafts
}

function runShown(context: SuggestionsContext, suggester: Suggester, batch: Batch): Thenable<BatchResult> {
  const count = batch.rollouts.length
  const title = `Drafts from ${plainLine(suggester.title, 80)}`
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
    const stop = new AbortController()
    const listening = token.onCancellationRequested(() => stop.abort())
    const done = (finished: number): void => progress.report({ message: `${finished} of ${count}`, increment: 100 / count })
    try {
      return await runBatch(context, suggester, batch, { signal: stop.signal, done })
    } finally {
      listening.dispose()
    }
  })
}

async function tell({ log }: SuggestionsContext, result: BatchResult, title: string): Promise<void> {
  for (const failure of result.failures) log.warn(`Drafts from ${title}: ${failure.code}: ${plainLine(failure.message, 1000)}`)
  const text = plainLine(resultText(result, title), 500)
  if (result.failures.length === 0) return void vscode.window.showInformationMessage(text)
  const show = 'Show Log'
  if ((await vscode.window.showWarningMessage(text, show)) === show) log.show()
}
