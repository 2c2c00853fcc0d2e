import * as vscode from 'vscode'
import { ROLLOUT_SCHEME } from '../traces/rolloutUri.ts'
import type { Traces } from '../traces/traces.ts'
import { showMarks } from './gutterMarks.ts'
import { hoverRows } from './hoverTexts.ts'
import { lensesOf } from './lensTexts.ts'
import type { LensArgument } from './pointedAt.ts'

const TRACES: vscode.DocumentFilter = { scheme: ROLLOUT_SCHEME }

/** Ratings in the documents of traces: lenses to give them, marks and hovers that show them. */
export function showRatings(traces: Traces, media: vscode.Uri): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>()
  const parts = [
    changed, traces.onDidChange(() => changed.fire()), showMarks(traces, media),
    vscode.languages.registerCodeLensProvider(TRACES, { onDidChangeCodeLenses: changed.event, provideCodeLenses: ({ uri }) => lenses(traces, uri) }),
    vscode.languages.registerHoverProvider(TRACES, { provideHover: ({ uri }, { line }) => hover(traces, uri, line) })
  ]
  return { dispose: () => parts.forEach((part) => part.dispose()) }
}

function lenses(traces: Traces, uri: vscode.Uri): vscode.CodeLens[] {
  const trace = traces.of(uri)
  return (trace ? lensesOf(trace) : []).map(({ line, title, command, segment, step }) =>
    new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command: `rolloutLab.${command}`, arguments: [{ trace: uri.toString(), segment, ...(step !== undefined && { step }) } satisfies LensArgument] }))
}

/** A plain code block and never Markdown: its rows hold what models write. Each begins with a bullet, so that none can end the block. */
function hover(traces: Traces, uri: vscode.Uri, line: number): vscode.Hover | undefined {
  const trace = traces.of(uri)
  const rows = trace ? hoverRows(trace, line) : []
  return rows.length === 0 ? undefined : new vscode.Hover({ language: 'plaintext', value: rows.map((row) => `• ${row}`).join('\n') })
}
