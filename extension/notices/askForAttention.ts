import * as vscode from 'vscode'
import type { ShownRun } from '../runs/shownRun.ts'
import type { Shell } from '../shell.ts'
import { createAttentionWatch } from './attention.ts'
import type { Attention } from './attention.ts'

/** Notifies of what needs an answer. */
export function askForAttention({ runs, log }: Pick<Shell, 'runs' | 'log'>): vscode.Disposable {
  const newsOf = createAttentionWatch()
  const look = (): void => {
    for (const { attention, run } of newsOf(runs.runs)) void askIfSo(attention, run)
  }
  /** A trainer that ended in order may have written so just before its pipe closed. */
  const askIfSo = async (attention: Attention, { card: { directory }, standing }: ShownRun): Promise<void> => {
    await runs.reload()
    if (runs.find(directory)?.standing !== standing) return
    log.warn(attention.message)
    await ask(attention, directory)
  }
  look()
  return runs.onDidChange(look)
}

async function ask({ severity, message, answers }: Attention, directory: string): Promise<void> {
  const labels = answers.map(({ label }) => label)
  const chosen = severity === 'error' ? await vscode.window.showErrorMessage(message, ...labels) : await vscode.window.showWarningMessage(message, ...labels)
  const answer = answers.find(({ label }) => label === chosen)
  if (answer) await vscode.commands.executeCommand(`rolloutLab.${answer.does}`, directory)
}
