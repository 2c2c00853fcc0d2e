import * as vscode from 'vscode'
import type { Shell } from '../shell.ts'
import { activeTrace } from './pointedAt.ts'
import { queueTitle } from './queueWords.ts'

/** How far the labeler is, beside the trace that is open; hidden elsewhere. */
export function showQueueStatus(shell: Shell): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('rolloutLab.labelQueue', vscode.StatusBarAlignment.Left, 9)
  item.name = 'Rollout Lab: labelling'
  item.command = 'rolloutLab.chooseQueue'
  let asked = 0
  const show = async (): Promise<void> => {
    const trace = activeTrace(shell)
    if (!trace) return item.hide()
    asked += 1
    const mine = asked
    const labeler = trace.labeler || await shell.labels.labeler()
    const { completed, total } = await shell.queries.ask('labels/progress', { run: trace.place.run, labeler })
    // A newer question was asked meanwhile.
    if (mine !== asked) return
    item.text = `$(tasklist) ${completed} of ${total} labelled · ${queueTitle(shell.labelQueue.kind)}`
    item.tooltip = `${labeler} completed ${completed} of the ${total} rollouts of this run. Click to choose another queue; press ? in the trace for its keys.`
    item.accessibilityInformation = { label: `${completed} of ${total} rollouts labelled, queue ${queueTitle(shell.labelQueue.kind)}`, role: 'button' }
    item.show()
  }
  const tryShow = (): void => void show().catch((error: unknown) => {
    item.hide()
    shell.log.warn(`Progress of labelling: ${error instanceof Error ? error.message : String(error)}`)
  })
  tryShow()
  const listening = [vscode.window.onDidChangeActiveTextEditor(tryShow), shell.traces.onDidChange(tryShow)]
  return { dispose: () => [item, ...listening].forEach((each) => each.dispose()) }
}
