import * as vscode from 'vscode'
import type { Shell } from '../shell.ts'
import { cleaningProposal, sizeText } from './cleaning.ts'

const ASKED_KEY = 'quota.askedAt'
const DAY_MS = 24 * 60 * 60 * 1000

/** Proposes a cleaning where runs take more than the setting allows; once a day at most. */
export function watchQuota({ runs, settings, context }: Pick<Shell, 'runs' | 'settings' | 'context'>): vscode.Disposable {
  const look = (): void => {
    const proposal = cleaningProposal(runs.runs, settings.current.retentionGigabytes)
    const asked = context.workspaceState.get<number>(ASKED_KEY, 0)
    if (!proposal || proposal.candidates.length === 0 || Date.now() - asked < DAY_MS) return
    void context.workspaceState.update(ASKED_KEY, Date.now())
    void propose(sizeText(proposal.bytes), sizeText(proposal.limitBytes))
  }
  return runs.onDidChange(look)
}

async function propose(size: string, limit: string): Promise<void> {
  const choose = 'Choose What to Delete…'
  const change = 'Change the Limit'
  const answer = await vscode.window.showWarningMessage(`Runs take ${size}, more than the ${limit} that are set.`, choose, change)
  if (answer === choose) await vscode.commands.executeCommand('rolloutLab.cleanRuns')
  if (answer === change) await vscode.commands.executeCommand('workbench.action.openSettings', 'rolloutLab.retentionGigabytes')
}
