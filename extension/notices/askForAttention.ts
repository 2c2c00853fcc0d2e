import * as vscode from 'vscode'
import type { RunStanding, ShownRun } from '../runs/shownRun.ts'
import type { Shell } from '../shell.ts'
import { attentionFor } from './attention.ts'
import type { Attention } from './attention.ts'

/** Notifies of what needs an answer, each matter once. */
export function askForAttention({ runs, log }: Pick<Shell, 'runs' | 'log'>): vscode.Disposable {
  const before = new Map<string, RunStanding>()
  const told = new Set<string>()
  const look = (): void => {
    for (const run of runs.runs) {
      const attention = attentionFor(run, before.get(run.card.directory))
      before.set(run.card.directory, run.standing)
      if (!attention || told.has(attention.key)) continue
      told.add(attention.key)
      void askIfSo(attention, run)
    }
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
