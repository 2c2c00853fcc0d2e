import * as vscode from 'vscode'
import { plainText } from '../plainText.ts'

export const REPORT_SCHEME = 'rollout-report'
const KEPT_REPORTS = 20

/** Read-only text documents that commands answer with. */
export interface Reports extends vscode.Disposable {
  /** Opens the text under the title; a report of the same title is replaced. */
  show(title: string, text: string, options?: { readonly beside?: boolean; readonly keepFocus?: boolean }): Promise<void>
}

export function createReports(): Reports {
  const texts = new Map<string, string>()
  const changed = new vscode.EventEmitter<vscode.Uri>()
  const provider = vscode.workspace.registerTextDocumentContentProvider(REPORT_SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: ({ path }) => texts.get(path) ?? 'This report is no longer kept. Give the command again.\n'
  })
  return {
    show: async (title, text, { beside = false, keepFocus = false } = {}) => {
      const uri = vscode.Uri.from({ scheme: REPORT_SCHEME, path: `/${title.replaceAll(/[\\/]/g, '-')}.txt` })
      texts.delete(uri.path)
      texts.set(uri.path, plainText(text))
      for (const oldest of [...texts.keys()].slice(0, Math.max(0, texts.size - KEPT_REPORTS))) texts.delete(oldest)
      changed.fire(uri)
      const document = await vscode.workspace.openTextDocument(uri)
      await vscode.window.showTextDocument(document, { preview: true, preserveFocus: keepFocus, viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active })
    },
    dispose: () => [provider, changed].forEach((each) => each.dispose())
  }
}
