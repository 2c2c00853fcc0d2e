import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as vscode from 'vscode'
import type { SettingsSource } from '../contracts/settings.ts'
import { wantsProblemLenses } from '../settings/settings.ts'
import { coveredFunctions } from './coverage.ts'
import { CODE_FILES, isTest, watchTestFiles } from './testFiles.ts'
import { testsIn } from './testsIn.ts'

/** A longer file was written by a program. */
const LONGEST_FILE = 500_000

/** Above functions that tests cover, and above tests: what makes a problem of them. Only where it could be done. */
export function provideProblemLenses(settings: Pick<SettingsSource, 'onDidChange'>): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>()
  const tests = watchTestFiles()
  const registration = vscode.languages.registerCodeLensProvider({ pattern: CODE_FILES, scheme: 'file' }, {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: async (document) => {
      const { uri } = document
      const text = document.getText()
      if (!vscode.workspace.isTrusted || !wantsProblemLenses(uri) || text.length > LONGEST_FILE || !isInRepository(uri.fsPath)) return []
      if (isTest(uri)) return testsIn(uri.fsPath, text).map(({ name, line }) => lensAt(line, 'Make Problem from Failing Test', 'makeProblemFromTest', [uri, name]))
      const functions = coveredFunctions(uri.fsPath, text, await tests.words())
      return functions.map(({ lines: [line] }) => lensAt(line - 1, 'Make Problem from Function', 'makeProblemFromFunction', [uri, line]))
    }
  })
  const fire = (): void => changed.fire()
  const listening = [
    tests.onDidChange(fire), vscode.workspace.onDidGrantWorkspaceTrust(fire), settings.onDidChange(fire)
  ]
  return { dispose: () => [registration, tests, changed, ...listening].forEach((each) => each.dispose()) }
}

/** A problem is pinned to a commit. */
function isInRepository(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true
    if (folder === dirname(folder)) return false
  }
}

const lensAt = (line: number, title: string, command: string, given: unknown[]): vscode.CodeLens =>
  new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title: `$(beaker) ${title}`, command: `rolloutLab.${command}`, arguments: given })
