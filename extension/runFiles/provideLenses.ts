import * as vscode from 'vscode'
import type { ShownRun } from '../runs/shownRun.ts'
import type { Shell } from '../shell.ts'
import { lastResultTitle, lastRunOf } from './lensTitles.ts'

export const RUN_FILES: vscode.DocumentFilter = { pattern: '**/*.run.json', scheme: 'file' }

/** Start · Dry Run · Last result above a run file. */
export function provideLenses({ runs, queries }: Pick<Shell, 'runs' | 'queries'>): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>()
  /** Never changes for a run: asked once. */
  const sources = new Map<string, string>()
  const learnSources = async (): Promise<void> => {
    const unknown = runs.runs.filter(({ card }) => !sources.has(card.directory) && card.status !== 'damaged' && card.status !== 'newer')
    await Promise.all(unknown.map(async ({ card: { directory } }) => {
      // A run that cannot be read is the last result of no file.
      sources.set(directory, await queries.ask('runs/details', { run: directory }).then(({ source }) => source.path, () => ''))
    }))
  }
  const registration = vscode.languages.registerCodeLensProvider(RUN_FILES, {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: async ({ uri }) => {
      await learnSources()
      return lenses(uri, lastRunOf(runs.runs, uri.fsPath, ({ card }) => sources.get(card.directory)))
    }
  })
  const listening = runs.onDidChange(() => changed.fire())
  return { dispose: () => [registration, listening, changed].forEach((each) => each.dispose()) }
}

function lenses(uri: vscode.Uri, last: ShownRun | undefined): vscode.CodeLens[] {
  const top = new vscode.Range(0, 0, 0, 0)
  const lens = (title: string, command: string, argument: unknown): vscode.CodeLens => new vscode.CodeLens(top, { title, command: `rolloutLab.${command}`, arguments: [argument] })
  return [
    lens('$(play) Start', 'startThisFile', uri), lens('$(checklist) Dry Run', 'dryRun', uri),
    ...(last ? [lens(lastResultTitle(last), 'openDashboard', last.card.directory)] : [])
  ]
}
