import * as vscode from 'vscode'
import { paced } from '../runs/paced.ts'
import type { Shell } from '../shell.ts'
import { createLastResults } from './lastResults.ts'
import type { LastResult } from './lastResults.ts'

export const RUN_FILES: vscode.DocumentFilter = { pattern: '**/*.run.json', scheme: 'file' }

/** A run of many steps a second would have its lens drawn as often. */
const SHOW_PAUSE_MS = 1000
/** Where no answer came it is asked again; a new run waits for as long at most. */
const LEARN_PAUSE_MS = 3000

/** Start · Dry Run · Last result above a run file. The first two are there at once, the last when it is known. */
export function provideLenses({ runs, queries }: Pick<Shell, 'runs' | 'queries'>): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>()
  const results = createLastResults(async (run) => (await queries.ask('runs/details', { run })).source.path)
  const showing = paced(() => changed.fire(), SHOW_PAUSE_MS)
  const learning = paced(async () => {
    if (await results.learn(runs.runs)) showing.soon()
  }, LEARN_PAUSE_MS)
  let isWanted = false
  const look = (): void => {
    if (results.take(runs.runs)) showing.soon()
    if (isWanted) learning.soon()
  }
  const registration = vscode.languages.registerCodeLensProvider(RUN_FILES, {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: ({ uri }) => {
      // Nothing is asked in windows that show no run file.
      if (!isWanted) learning.soon()
      isWanted = true
      return lenses(uri, results.of(uri.fsPath))
    }
  })
  const listening = runs.onDidChange(look)
  return { dispose: () => [registration, listening, changed, showing, learning].forEach((each) => each.dispose()) }
}

function lenses(uri: vscode.Uri, last: LastResult | undefined): vscode.CodeLens[] {
  const top = new vscode.Range(0, 0, 0, 0)
  const lens = (title: string, command: string, argument: unknown): vscode.CodeLens => new vscode.CodeLens(top, { title, command: `rolloutLab.${command}`, arguments: [argument] })
  return [
    lens('$(play) Start', 'startThisFile', uri), lens('$(checklist) Dry Run', 'dryRun', uri),
    ...(last ? [lens(last.title, 'openDashboard', last.directory)] : [])
  ]
}
