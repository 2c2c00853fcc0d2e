import * as vscode from 'vscode'
import type { Shell } from '../shell.ts'
import { statusText } from './statusText.ts'

/** The status bar item that follows the active run; hidden where nothing trains. */
export function showStatus({ runs, trainers }: Pick<Shell, 'runs' | 'trainers'>): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('rolloutLab.activeRun', vscode.StatusBarAlignment.Left, 10)
  item.name = 'Rollout Lab: active run'
  const show = (): void => {
    const status = statusText(runs.runs, trainers.queue.length)
    if (!status) return item.hide()
    item.text = status.text
    item.tooltip = status.tooltip
    item.accessibilityInformation = { label: status.spoken, role: 'button' }
    item.backgroundColor = status.warns ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined
    item.command = status.directory === undefined
      ? { command: 'rolloutLab.runs.focus', title: 'Show Runs' }
      : { command: 'rolloutLab.openDashboard', title: 'Open Dashboard', arguments: [status.directory] }
    item.show()
  }
  show()
  const listening = [runs.onDidChange(show), trainers.onDidChange(show)]
  return { dispose: () => [item, ...listening].forEach((each) => each.dispose()) }
}
