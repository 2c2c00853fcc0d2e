import * as vscode from 'vscode'
import type { Trace, Traces } from '../traces/traces.ts'
import { stepMarks } from './stepMarks.ts'
import type { MarkName } from './stepMarks.ts'

const RULER: Readonly<Record<MarkName, string>> = { great: '#2e8b57', okay: '#7f7f7f', bad: '#d9483b', unsure: '#b07d00', firstError: '#d9483b' }
const NAMES = Object.keys(RULER) as MarkName[]

/** Marks of ratings in the gutter: one's own filled, those of others and drafts as dashed rings with words behind the heading. */
export function showMarks(traces: Traces, media: vscode.Uri): vscode.Disposable {
  const types = new Map(NAMES.flatMap((name) => [true, false].map((own) => [`${name} ${String(own)}`, decorationType(media, name, own)] as const)))
  const show = (editor: vscode.TextEditor): void => {
    const trace = traces.of(editor.document.uri)
    const marks = trace ? stepMarks(trace) : []
    for (const [key, type] of types) {
      editor.setDecorations(type, marks.filter(({ mark, own }) => `${mark} ${String(own)}` === key).map(({ line, others }) => ({
        range: editor.document.lineAt(Math.min(line, editor.document.lineCount - 1)).range,
        renderOptions: { after: { contentText: others === '' ? '' : `   ${others}` } }
      })))
    }
  }
  const showAll = (editors: readonly vscode.TextEditor[]): void => editors.filter(({ document }) => traces.of(document.uri)).forEach(show)
  const changed = ({ uri }: Trace): void => vscode.window.visibleTextEditors.filter(({ document }) => document.uri.toString() === uri.toString()).forEach(show)
  showAll(vscode.window.visibleTextEditors)
  const listening = [traces.onDidChange(changed), vscode.window.onDidChangeVisibleTextEditors(showAll)]
  return { dispose: () => [...listening, ...types.values()].forEach((each) => each.dispose()) }
}

function decorationType(media: vscode.Uri, name: MarkName, own: boolean): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    gutterIconPath: vscode.Uri.joinPath(media, 'marks', `${name}${own ? '' : '-other'}.svg`), gutterIconSize: 'contain',
    ...(own ? { overviewRulerColor: RULER[name], overviewRulerLane: vscode.OverviewRulerLane.Left } : {}),
    after: { color: new vscode.ThemeColor('descriptionForeground'), fontStyle: 'italic' }
  })
}
