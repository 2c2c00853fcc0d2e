import { readFile, stat } from 'node:fs/promises'
import * as vscode from 'vscode'
import { isTestFile } from '../../trainer/workspaces/attempts/patchRules.ts'
import { wordsOf } from './coverage.ts'
import type { Words } from './coverage.ts'

/** Files that problems can be made of, and tests of them. */
export const CODE_FILES = '**/*.{js,mjs,cjs,ts,mts,cts,py}'
const IGNORED = '**/{node_modules,.git,.rollout-lab,.venv,dist,build}/**'
const MOST_FILES = 5000
const MOST_TESTS = 400
const LONGEST_TEST = 200_000

/** Whether tests lie in it: told by its path in the workspace. */
export const isTest = (uri: vscode.Uri): boolean => isTestFile(vscode.workspace.asRelativePath(uri, false))

/** What the test files of the workspace say; read when somebody asks, and again after one of them has changed. */
export interface TestFiles extends vscode.Disposable {
  readonly onDidChange: vscode.Event<void>
  words(): Promise<readonly Words[]>
}

export function watchTestFiles(): TestFiles {
  let read: Promise<readonly Words[]> | undefined
  const changed = new vscode.EventEmitter<void>()
  const forget = (uri?: vscode.Uri): void => {
    if (uri && !isTest(uri)) return
    read = undefined
    changed.fire()
  }
  const watcher = vscode.workspace.createFileSystemWatcher(CODE_FILES)
  const listening = [watcher, changed, watcher.onDidChange(forget), watcher.onDidCreate(forget), watcher.onDidDelete(forget), vscode.workspace.onDidChangeWorkspaceFolders(() => forget())]
  return {
    onDidChange: changed.event,
    words: () => (read ??= readTests()),
    dispose: () => listening.forEach((each) => each.dispose())
  }
}

async function readTests(): Promise<readonly Words[]> {
  const files = (await vscode.workspace.findFiles(CODE_FILES, IGNORED, MOST_FILES)).filter((uri) => uri.scheme === 'file' && isTest(uri))
  return (await Promise.all(files.slice(0, MOST_TESTS).map(({ fsPath }) => wordsIn(fsPath)))).flat()
}

async function wordsIn(file: string): Promise<Words[]> {
  try {
    return (await stat(file)).size > LONGEST_TEST ? [] : [wordsOf(await readFile(file, 'utf8'))]
  } catch (error) {
    // It was there when it was looked for.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
