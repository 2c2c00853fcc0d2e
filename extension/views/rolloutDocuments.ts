import * as vscode from 'vscode'
import type { RolloutPlace } from '../contracts/views.ts'
import { isKnownRun } from './knownRuns.ts'
import { rolloutText } from './rolloutText.ts'
import { fileNameOf, placeOf, queryOf, ROLLOUT_SCHEME } from './rolloutUri.ts'
import type { ViewsContext } from './viewsContext.ts'

export interface RolloutDocuments {
  open(rollout: RolloutPlace): Promise<void>
  openDiff(left: RolloutPlace, right: RolloutPlace): Promise<void>
  /** Text of the document with this address. */
  textOf(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string>
}

/** Read-only text documents of rollouts, and VS Code's own diff editor on two of them. */
export function rolloutDocuments(context: ViewsContext): RolloutDocuments {
  // Runs outside the runs folder are read only after a view of this window showed them.
  const shown = new Set<string>()
  const uriOf = (place: RolloutPlace) => {
    shown.add(place.run)
    return vscode.Uri.from({ scheme: ROLLOUT_SCHEME, path: `/${fileNameOf(place.id)}`, query: queryOf(place) })
  }
  return {
    open: async (place) => {
      const document = await vscode.workspace.openTextDocument(uriOf(place))
      await vscode.window.showTextDocument(document, { preview: true })
    },
    openDiff: async (left, right) => {
      const title = `${fileNameOf(left.id).slice(0, -4)} ↔ ${fileNameOf(right.id).slice(0, -4)}`
      await vscode.commands.executeCommand('vscode.diff', uriOf(left), uriOf(right), title, { preview: true } satisfies vscode.TextDocumentShowOptions)
    },
    textOf: async (uri, token) => {
      const place = placeOf(uri.query)
      const readable = place !== undefined && (shown.has(place.run) || isKnownRun(place.run, context.settings.current.runsFolders))
      return readable ? textOf(context, place, token) : 'This address names no rollout of a run that this window knows.\n'
    }
  }
}

/** The document; where it cannot be read, the document says why. */
async function textOf(context: ViewsContext, place: RolloutPlace, token: vscode.CancellationToken): Promise<string> {
  try {
    const [rollout, details] = await Promise.all([
      context.queries.ask('rollouts/one', place, token),
      context.queries.ask('runs/details', { run: place.run }, token)
    ])
    return rollout ? rolloutText(rollout, details.card.name) : 'This rollout is not in the run any more. The run may have been cut or replaced.\n'
  } catch (error) {
    return `This rollout cannot be read: ${error instanceof Error ? error.message : String(error)}\n`
  }
}
