import { basename, dirname } from 'node:path'
import * as vscode from 'vscode'
import type { Catalogue } from './catalogue.ts'
import { runFileProblems } from './problems.ts'
import type { RunFileFacts, RunFileProblem } from './problems.ts'

const TYPING_PAUSE_MS = 300

/**
 * Problem markers in open run files for what their schema cannot say. What a file names may come and go without it: it is looked
 * for again when it appears, and when people come back to the window or to the file.
 */
export function markProblems(catalogue: Catalogue): vscode.Disposable {
  const markers = vscode.languages.createDiagnosticCollection('rolloutLab')
  const timers = new Map<string, NodeJS.Timeout>()
  const awaited = new Map<string, vscode.Disposable>()
  const mark = async (document: vscode.TextDocument): Promise<void> => {
    const problems = await problemsOf(document, catalogue)
    if (problems === undefined) return
    markers.set(document.uri, problems.map((problem) => diagnosticOf(document, problem)))
    const key = document.uri.toString()
    awaited.get(key)?.dispose()
    awaited.set(key, whenThere(problems.flatMap(({ awaits }) => awaits ?? []), () => later(document, 0)))
  }
  const later = (document: vscode.TextDocument, pause: number): void => {
    if (!isRunFile(document)) return
    const key = document.uri.toString()
    clearTimeout(timers.get(key))
    timers.set(key, setTimeout(() => void mark(document), pause))
  }
  const forget = ({ uri }: vscode.TextDocument): void => {
    const key = uri.toString()
    clearTimeout(timers.get(key))
    awaited.get(key)?.dispose()
    timers.delete(key)
    awaited.delete(key)
    markers.delete(uri)
  }
  const lookAtAll = (): void => {
    for (const document of vscode.workspace.textDocuments) later(document, 0)
  }
  lookAtAll()
  const listening = [
    vscode.workspace.onDidOpenTextDocument((document) => later(document, 0)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => later(document, TYPING_PAUSE_MS)),
    vscode.workspace.onDidSaveTextDocument((document) => later(document, 0)),
    vscode.workspace.onDidCloseTextDocument(forget),
    vscode.window.onDidChangeActiveTextEditor((editor) => editor && later(editor.document, 0)),
    vscode.window.onDidChangeWindowState(({ focused }) => focused && lookAtAll())
  ]
  return {
    dispose: () => {
      timers.forEach((timer) => clearTimeout(timer))
      for (const each of [markers, ...listening, ...awaited.values()]) each.dispose()
    }
  }
}

const isRunFile = ({ uri }: vscode.TextDocument): boolean => uri.scheme === 'file' && uri.path.endsWith('.run.json')

/** Undefined where the document was closed or changed meanwhile. */
async function problemsOf(document: vscode.TextDocument, catalogue: Catalogue): Promise<readonly RunFileProblem[] | undefined> {
  const { version, uri } = document
  const problems = await runFileProblems(document.getText(), { catalogue, folder: dirname(uri.fsPath), look })
  return document.isClosed || document.version !== version ? undefined : problems
}

function diagnosticOf(document: vscode.TextDocument, { offset, length, message, code }: RunFileProblem): vscode.Diagnostic {
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length))
  return Object.assign(new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error), { source: 'Rollout Lab', code })
}

function whenThere(places: readonly string[], then: () => void): vscode.Disposable {
  const watchers = places.map((place) => vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(dirname(place)), basename(place)), false, true, true))
  return vscode.Disposable.from(...watchers, ...watchers.map((watcher) => watcher.onDidCreate(then)))
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
