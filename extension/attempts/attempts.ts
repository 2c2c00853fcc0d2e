import * as vscode from 'vscode'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { ExecutionRecord } from '../../trainer/protocol/execution.ts'
import type { AttemptPlace } from '../../webviews/protocol/inspector.ts'
import { visibleText } from '../../webviews/protocol/visibleText.ts'
import type { Queries } from '../contracts/queries.ts'
import type { SettingsSource } from '../contracts/settings.ts'
import { plainName } from '../traces/rolloutUri.ts'
import { isKnownRun } from '../views/knownRuns.ts'
import { AttemptError } from './attemptError.ts'
import { ATTEMPT_SCHEME, attemptOf, attemptQuery, plainPath } from './attemptUri.ts'
import type { AttemptText } from './attemptUri.ts'
import { testText } from './testText.ts'

/** More than this nobody opens at once. */
const MOST_OPENED = 10

/** Programs of rollouts as read-only documents. */
export interface Attempts {
  /** The files of an attempt, or the one at this position. */
  open(place: AttemptPlace, file?: number): Promise<void>
  /** VS Code's own diff editor: the problem's own solution, and the attempt. */
  diffGold(place: AttemptPlace): Promise<void>
  openTest(place: AttemptPlace, index: number): Promise<void>
  /** Text of the document with this address. */
  textOf(uri: vscode.Uri): Promise<string>
}

export function createAttempts({ queries, settings }: { readonly queries: Pick<Queries, 'ask'>; readonly settings: SettingsSource }): Attempts {
  // Runs outside the runs folders are read only after a view of this window showed them.
  const shown = new Set<string>()
  const uriOf = (text: AttemptText, path: string): vscode.Uri => {
    shown.add(text.run)
    return vscode.Uri.from({ scheme: ATTEMPT_SCHEME, path: `/${plainName(text.id)}/turn-${text.turn}/${path}`, query: attemptQuery(text) })
  }
  const executionOf = async ({ run, id, turn }: AttemptPlace): Promise<ExecutionRecord> => {
    const execution = await queries.ask('rollouts/execution', { run, id, turn })
    if (execution) return execution
    throw new AttemptError('This attempt is not in the run any more.', 'Choose the rollout again in the list.')
  }
  const fileUris = async (place: AttemptPlace): Promise<readonly vscode.Uri[]> =>
    (await executionOf(place)).files.map(({ path }, index) => uriOf({ ...place, part: 'file', index }, plainPath(path)))
  const show = (uri: vscode.Uri, preview: boolean): Thenable<vscode.TextEditor> => vscode.window.showTextDocument(uri, { preview })
  return {
    open: async (place, file) => {
      const files = await fileUris(place)
      const wanted = file === undefined ? files.slice(0, MOST_OPENED) : files.slice(file, file + 1)
      if (wanted.length === 0) throw new AttemptError('This attempt has no file.', 'The trace shows what the model wrote.')
      for (const uri of wanted) await show(uri, wanted.length === 1)
    },
    diffGold: async (place) => {
      const [first] = await fileUris(place)
      const rollout = await queries.ask('rollouts/one', { run: place.run, id: place.id, executions: false })
      if (!first || rollout?.gold === undefined) throw new AttemptError('There is nothing to compare: no file, or no gold solution was recorded.', 'Open the file by itself.')
      const name = first.path.split('/').at(-1) ?? 'file'
      const gold = uriOf({ ...place, part: 'gold', index: 0 }, `gold/${name}`)
      await vscode.commands.executeCommand('vscode.diff', gold, first, `gold ↔ ${plainName(place.id)}, turn ${place.turn}`, { preview: true } satisfies vscode.TextDocumentShowOptions)
    },
    openTest: async (place, index) => {
      const uri = uriOf({ ...place, part: 'test', index }, `test-${index + 1}.txt`)
      await show(uri, true)
    },
    textOf: async (uri) => {
      const text = attemptOf(uri.query)
      if (!text || !(shown.has(text.run) || isKnownRun(text.run, settings.current.runsFolders))) return 'This address names no attempt of a run that this window knows.\n'
      return textOf(text, executionOf, ({ run, id }) => queries.ask('rollouts/one', { run, id, executions: false }))
    }
  }
}

async function textOf(text: AttemptText, executionOf: (place: AttemptPlace) => Promise<ExecutionRecord>, rolloutOf: (place: AttemptPlace) => Promise<Rollout | null>): Promise<string> {
  try {
    if (text.part === 'gold') return visibleText((await rolloutOf(text))?.gold ?? '')
    const execution = await executionOf(text)
    const test = execution.tests[text.index]
    if (text.part === 'test') return test ? testText(test) : 'This test is not in the record.\n'
    return visibleText(execution.files[text.index]?.text ?? '')
  } catch (error) {
    return `This attempt cannot be read: ${error instanceof Error ? error.message : String(error)}\n`
  }
}
