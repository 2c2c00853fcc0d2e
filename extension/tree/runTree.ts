import * as vscode from 'vscode'
import { filterOf, groupingOf } from '../commands/listCommands.ts'
import { filterRuns } from '../runs/runFilter.ts'
import { groupRuns } from '../runs/runGroups.ts'
import { paced } from '../runs/paced.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import type { Shell } from '../shell.ts'
import { treeItem } from './treeItems.ts'
import type { TreeNode } from './treeNodes.ts'

/** VS Code waits for 200 ms without a change before it draws a tree anew: a run of many steps a second would never be seen. */
const SHOW_PAUSE_MS = 500

/** The tree of runs: what could not be read, the queue, then groups of runs with their checkpoints. */
export function provideRunTree(shell: Shell): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>()
  const provider: vscode.TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: treeItem,
    getChildren: (node) => (node ? childrenOf(shell, node) : rootsOf(shell))
  }
  const view = vscode.window.createTreeView('rolloutLab.runs', { treeDataProvider: provider, canSelectMany: true, showCollapseAll: true })
  const show = (): void => {
    const filter = filterOf(shell)
    view.message = filter === '' ? undefined : `Filter: ${filter} (${filterRuns(shell.runs.runs, filter).length} of ${shell.runs.runs.length})`
    changed.fire(undefined)
  }
  show()
  const showing = paced(show, SHOW_PAUSE_MS)
  const listening = [shell.runs.onDidChange(showing.soon), shell.trainers.onDidChange(showing.soon)]
  return { dispose: () => [view, changed, showing, ...listening].forEach((each) => each.dispose()) }
}

function rootsOf(shell: Shell): TreeNode[] {
  const { runs, trainers } = shell
  const shown = filterRuns(runs.runs, filterOf(shell))
  const groups = groupRuns(shown, groupingOf(shell), new Date(), shell.settings.current)
  return [
    ...(runs.problem === undefined ? [] : [{ kind: 'trouble', message: 'The runs cannot be listed', detail: runs.problem } as const]),
    ...runs.notices.map(({ place, message }) => ({ kind: 'trouble', message: place.split(/[\\/]/).at(-1) ?? place, detail: message }) as const),
    ...(trainers.queue.length > 0 ? [{ kind: 'queue', starts: trainers.queue } as const] : []),
    ...groups.flatMap((group): TreeNode[] => (group.label === '' ? group.runs.map(asNode) : [{ kind: 'group', group }]))
  ]
}

async function childrenOf({ queries }: Shell, node: TreeNode): Promise<TreeNode[]> {
  if (node.kind === 'queue') return node.starts.map((start, position) => ({ kind: 'queued', start, position, of: node.starts.length }))
  if (node.kind === 'group') return node.group.runs.map(asNode)
  if (node.kind !== 'run') return []
  const { run } = node
  const checkpoints = await queries.ask('runs/checkpoints', { run: run.card.directory })
  return [...checkpoints].reverse().map((checkpoint) => ({ kind: 'checkpoint', run, checkpoint }))
}

const asNode = (run: ShownRun): TreeNode => ({ kind: 'run', run })
