import { dirname } from 'node:path'
import * as vscode from 'vscode'
import type { Catalogue } from './catalogue.ts'
import { runFileProblems } from './problems.ts'
import type { RunFileFacts } from './problems.ts'

const TYPING_PAUSE_MS = 300

/** Problem markers in open run files for what their schema cannot say. */
export function markProblems(catalogue: Catalogue): vscode.Disposable {
  const markers = vscode.languages.createDiagnosticCollection('rolloutLab')
  const timers = new Map<string, NodeJS.Timeout>()
  const later = (document: vscode.TextDocument, pause: number): void => {
    if (!isRunFile(document)) return
    const key = document.uri.toString()
    clearTimeout(timers.get(key))
    timers.set(key, setTimeout(() => void mark(document, catalogue, markers), pause))
  }
  const forget = ({ uri }: vscode.TextDocument): void => {
    clearTimeout(timers.get(uri.toString()))
    timers.delete(uri.toString())
    markers.delete(uri)
  }
  for (const document of vscode.workspace.textDocuments) later(document, 0)
  const listening = [
    vscode.workspace.onDidOpenTextDocument((document) => later(document, 0)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => later(document, TYPING_PAUSE_MS)),
    vscode.workspace.onDidSaveTextDocument((document) => later(document, 0)),
    vscode.workspace.onDidCloseTextDocument(forget)
  ]
  return {
    dispose: () => {
      timers.forEach((timer) => clearTimeout(timer))
      for (const each of [markers, ...listening]) each.dispose()
    }
  }
}

const isRunFile = ({ uri }: vscode.TextDocument): boolean => uri.scheme === 'file' && uri.path.endsWith('.run.json')

async function mark(document: vscode.TextDocument, catalogue: Catalogue, markers: vscode.DiagnosticCollection): Promise<void> {
  const { version, uri } = document
  const facts: RunFileFacts = { catalogue, folder: dirname(uri.fsPath), look }
  const problems = await runFileProblems(document.getText(), facts)
  if (document.isClosed || document.version !== version) return
  markers.set(uri, problems.map(({ offset, length, message, code }) => {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length))
    return Object.assign(new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error), { source: 'Rollout Lab', code })
  }))
}

/** A network path is not looked at: asking a foreign machine for a file tells it who asks. */
async function look(path: string): ReturnType<RunFileFacts['look']> {
  if (/^[\\/]{2}/.test(path)) return 'unseen'
  try {
    const { type } = await vscode.workspace.fs.stat(vscode.Uri.file(path))
    return (type & vscode.FileType.Directory) !== 0 ? 'folder' : 'file'
  } catch (error) {
    return error instanceof vscode.FileSystemError && error.code === 'FileNotFound' ? 'nothing' : 'unseen'
  }
}
