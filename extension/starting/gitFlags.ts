import * as vscode from 'vscode'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'

/** Options of a command of the trainer's command line that executes: git may be asked about the folders of a trusted workspace, as problems of their code need. */
export const gitFlags = (): readonly string[] => (vscode.workspace.isTrusted ? workspaceFoldersOnDisk().flatMap(({ uri }) => ['--git', uri.fsPath]) : [])
