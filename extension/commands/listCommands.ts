import * as vscode from 'vscode'
import type { Grouping } from '../runs/runGroups.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { isTreeNode } from '../tree/treeNodes.ts'
import { movedPlace, queueItems } from './queuePlaces.ts'

export const GROUPING_KEY = 'runs.grouping'
export const FILTER_KEY = 'runs.filter'

export const groupingOf = ({ context }: Pick<Shell, 'context'>): Grouping => context.workspaceState.get<Grouping>(GROUPING_KEY, 'recipe')
export const filterOf = ({ context }: Pick<Shell, 'context'>): string => context.workspaceState.get(FILTER_KEY, '')

/** Both are kept with the workspace; the tree is told by the command that refreshes it. */
export function groupCommand(grouping: Grouping): CommandHandler {
  return async ({ context }) => {
    await context.workspaceState.update(GROUPING_KEY, grouping)
    await vscode.commands.executeCommand('rolloutLab.refreshRuns')
  }
}

export const filterRuns: CommandHandler = async (shell) => {
  const typed = await vscode.window.showInputBox({
    title: 'Filter Runs', value: filterOf(shell), prompt: 'Words of name, recipe, model, state or notes; #tag for tags. Empty shows all.'
  })
  if (typed !== undefined) await setFilter(shell, typed.trim())
}

export const clearFilter: CommandHandler = (shell) => setFilter(shell, '')

async function setFilter({ context }: Shell, filter: string): Promise<void> {
  await context.workspaceState.update(FILTER_KEY, filter)
  await vscode.commands.executeCommand('rolloutLab.refreshRuns')
}

export const refreshRuns: CommandHandler = ({ runs }) => runs.reload()

/** @param by places towards the end of the queue. */
export function moveCommand(by: 1 | -1): CommandHandler {
  return async ({ trainers }, ...given) => {
    const start = await queuedGiven(trainers.queue, given, by === 1 ? 'Move Down in Queue' : 'Move Up in Queue')
    if (start) await trainers.moveInQueue(start.id, movedPlace(trainers.queue, start.id, by))
  }
}

export const removeFromQueue: CommandHandler = async ({ trainers }, ...given) => {
  const start = await queuedGiven(trainers.queue, given, 'Remove from Queue')
  if (start) await trainers.removeFromQueue(start.id)
}

async function queuedGiven(queue: Shell['trainers']['queue'], [node]: readonly unknown[], title: string): Promise<Shell['trainers']['queue'][number] | undefined> {
  if (isTreeNode(node) && node.kind === 'queued') return queue.find(({ id }) => id === node.start.id)
  if (queue.length === 0) {
    void vscode.window.showInformationMessage('The queue is empty: the next run starts at once.')
    return undefined
  }
  return (await vscode.window.showQuickPick(queueItems(queue), { title, placeHolder: 'Which waiting run' }))?.start
}
