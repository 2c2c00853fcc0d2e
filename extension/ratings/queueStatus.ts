import * as vscode from 'vscode'
import type { Shell } from '../shell.ts'
import { activeTrace } from './pointedAt.ts'
import { progressTeller } from './queueProgress.ts'
import type { ProgressPlace } from './queueProgress.ts'

/** How far the labeler is, beside the trace that is open; hidden elsewhere. */
export function showQueueStatus(shell: Shell): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('rolloutLab.labelQueue', vscode.StatusBarAlignment.Left, 9)
  item.name = 'Rollout Lab: labelling'
  item.command = 'rolloutLab.chooseQueue'
  const tell = progressTeller(shell, () => activeTrace(shell), placeIn(item))
  const tryTell = (): void => void tell().catch((error: unknown) => shell.log.warn(`Progress of labelling: ${error instanceof Error ? error.message : String(error)}`))
  tryTell()
  const listening = [vscode.window.onDidChangeActiveTextEditor(tryTell), shell.traces.onDidChange(tryTell)]
  return { dispose: () => [item, ...listening].forEach((each) => each.dispose()) }
}

function placeIn(item: vscode.StatusBarItem): ProgressPlace {
  return {
    show: ({ text, tooltip, spoken }) => {
      item.text = text
      item.tooltip = tooltip
      item.accessibilityInformation = { label: spoken, role: 'button' }
      item.show()
    },
    hide: () => item.hide()
  }
}
