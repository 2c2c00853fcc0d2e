import * as vscode from 'vscode'
import { filterOf, groupingOf } from '../commands/listCommands.ts'
import { actionsOf, isReadable } from '../runs/shownRun.ts'
import type { RunAction } from '../runs/shownRun.ts'
import type { Shell } from '../shell.ts'

const ACTIONS: readonly RunAction[] = ['pause', 'continue', 'stop', 'stopNow', 'resume', 'takeSteering', 'endHung', 'delete', 'useCheckpoint']

/** Tells VS Code which commands make sense now: the `rolloutLab.*` keys of the when clauses in package.json. */
export function keepContextKeys(shell: Shell): vscode.Disposable {
  const told = new Map<string, unknown>()
  const set = (key: string, value: unknown): void => {
    if (told.get(key) === value) return
    told.set(key, value)
    void vscode.commands.executeCommand('setContext', `rolloutLab.${key}`, value)
  }
  const tell = (): void => {
    const { runs } = shell.runs
    const possible = new Set(runs.flatMap((run) => actionsOf(run)))
    for (const action of ACTIONS) set(`can.${action}`, possible.has(action))
    set('hasRuns', runs.length > 0)
    const readable = runs.filter(isReadable)
    set('hasReadable', readable.length > 0)
    set('hasTwoRuns', readable.length > 1)
    set('hasQueue', shell.trainers.queue.length > 0)
    set('hasPinned', readable.some(({ card }) => card.pinned))
    set('hasUnpinned', readable.some(({ card }) => !card.pinned))
    set('filtered', filterOf(shell) !== '')
    set('grouping', groupingOf(shell))
    set('ready', true)
  }
  tell()
  const listening = [shell.runs.onDidChange(tell), shell.trainers.onDidChange(tell)]
  return { dispose: () => listening.forEach((each) => each.dispose()) }
}
