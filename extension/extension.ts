import * as vscode from 'vscode'

const RUNS_FOLDER = '.rollout-lab/runs'

/** Registers the commands. Loads no native module: those live in the trainer's processes. */
export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.commands.registerCommand('rolloutLab.openRunsFolder', openRunsFolder))
}

async function openRunsFolder(): Promise<void> {
  const [workspace] = vscode.workspace.workspaceFolders ?? []
  if (!workspace) {
    await vscode.window.showInformationMessage('Open a folder first: runs are kept in its .rollout-lab folder.')
    return
  }
  const runs = vscode.Uri.joinPath(workspace.uri, RUNS_FOLDER)
  await vscode.workspace.fs.createDirectory(runs)
  await vscode.commands.executeCommand('revealInExplorer', runs)
}
