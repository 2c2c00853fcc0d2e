import * as vscode from 'vscode'
import type { Occasion } from './newRecord.ts'
import { ReadingTime } from './readingTime.ts'
import { ROLLOUT_SCHEME } from './rolloutUri.ts'

/** Under which circumstances labels are given: how long people read, and whether the queue asked to check them. */
export interface Occasions extends vscode.Disposable {
  of(uri: vscode.Uri): Occasion
  /** The queue shows this trace to measure the labeler, or for itself. */
  asked(uri: vscode.Uri, qualityControl: boolean): void
}

export function watchOccasions(): Occasions {
  const reading = new ReadingTime(() => performance.now())
  const control = new Set<string>()
  const alive = (): void => {
    const uri = vscode.window.state.focused ? vscode.window.activeTextEditor?.document.uri : undefined
    reading.alive(uri?.scheme === ROLLOUT_SCHEME ? uri.toString() : undefined)
  }
  const listening = [
    vscode.window.onDidChangeActiveTextEditor(alive), vscode.window.onDidChangeWindowState(alive),
    vscode.window.onDidChangeTextEditorSelection(alive), vscode.window.onDidChangeTextEditorVisibleRanges(alive),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => reading.forget(uri.toString()))
  ]
  alive()
  return {
    of: (uri) => ({ seconds: reading.seconds(uri.toString()), qualityControl: control.has(uri.toString()) }),
    asked: (uri, qualityControl) => void (qualityControl ? control.add(uri.toString()) : control.delete(uri.toString())),
    dispose: () => listening.forEach((each) => each.dispose())
  }
}
