import * as vscode from 'vscode'
import type { CommandHandler } from '../shell.ts'
import { TRACE_KEYS } from './traceKeyList.ts'

/** The cheat sheet; choosing a row does what its key does. */
export const showTraceKeys: CommandHandler = async () => {
  const items = TRACE_KEYS.map(({ keys, does, command }) => ({ label: does, description: keys, command }))
  const chosen = await vscode.window.showQuickPick(items, { title: 'Keys of Traces', placeHolder: 'Choose one to do it', matchOnDescription: true })
  if (chosen) await vscode.commands.executeCommand(`rolloutLab.${chosen.command}`)
}
