import * as vscode from 'vscode'

/** Whether something may be executed here; where not, says so and how to change it. Nothing is executed in Restricted Mode. */
export async function mayExecute(what: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true
  const manage = 'Manage Workspace Trust'
  const chosen = await vscode.window.showWarningMessage(
    `${what} would execute code, and this workspace is in Restricted Mode. Runs can be read here; to start one, trust the workspace.`, manage
  )
  if (chosen === manage) await vscode.commands.executeCommand('workbench.trust.manage')
  return false
}
