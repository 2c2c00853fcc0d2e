import * as vscode from 'vscode'
import { plainText } from '../plainText.ts'
import { linkPlaces } from './reportLinks.ts'
import type { ReportLink } from './reportLinks.ts'
import { reportPath } from './reportPath.ts'

export const REPORT_SCHEME = 'rollout-report'
const KEPT_REPORTS = 20

/** Read-only text documents that commands answer with. */
export interface Reports extends vscode.Disposable {
  /** Opens the text under the title; a report of the same title is replaced. */
  show(title: string, text: string, options?: ReportOptions): Promise<void>
}

export interface ReportOptions {
  readonly beside?: boolean
  readonly keepFocus?: boolean
  /** Words of the text that open something. */
  readonly links?: readonly ReportLink<vscode.Uri>[]
}

interface Report {
  readonly text: string
  readonly links: readonly ReportLink<vscode.Uri>[]
}

export function createReports(): Reports {
  const reports = new Map<string, Report>()
  const changed = new vscode.EventEmitter<vscode.Uri>()
  const provider = vscode.workspace.registerTextDocumentContentProvider(REPORT_SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: ({ path }) => reports.get(path)?.text ?? 'This report is no longer kept. Give the command again.\n'
  })
  const linking = vscode.languages.registerDocumentLinkProvider({ scheme: REPORT_SCHEME }, {
    provideDocumentLinks: (document) => linkPlaces(document.getText(), reports.get(document.uri.path)?.links ?? [])
      .map(({ from, to, target }) => new vscode.DocumentLink(new vscode.Range(document.positionAt(from), document.positionAt(to)), target))
  })
  return {
    show: async (title, text, { beside = false, keepFocus = false, links = [] } = {}) => {
      const uri = vscode.Uri.from({ scheme: REPORT_SCHEME, path: reportPath(title) })
      reports.delete(uri.path)
      reports.set(uri.path, { text: plainText(text), links })
      for (const oldest of [...reports.keys()].slice(0, Math.max(0, reports.size - KEPT_REPORTS))) reports.delete(oldest)
      changed.fire(uri)
      const document = await vscode.workspace.openTextDocument(uri)
      await vscode.window.showTextDocument(document, { preview: true, preserveFocus: keepFocus, viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active })
    },
    dispose: () => [provider, linking, changed].forEach((each) => each.dispose())
  }
}
