import * as vscode from 'vscode'
import { sizeText } from '../notices/cleaning.ts'
import { plainLine } from '../plainText.ts'
import { STANDINGS, nameOf, runDescription, runTooltip, spokenRun } from '../runs/runWords.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import { runContext } from './runContext.ts'
import type { TreeNode } from './treeNodes.ts'

/** Rows as VS Code draws them; every text is plain, tooltips are strings and never Markdown. */
export function treeItem(node: TreeNode): vscode.TreeItem {
  switch (node.kind) {
    case 'queue': return queueItem(node)
    case 'queued': return queuedItem(node)
    case 'group': return groupItem(node)
    case 'run': return runItem(node.run)
    case 'checkpoint': return checkpointItem(node)
    case 'sample': return sampleItem(node)
    case 'trouble': return troubleItem(node)
  }
}

type Of<K extends TreeNode['kind']> = Extract<TreeNode, { readonly kind: K }>
const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState

function queueItem({ starts }: Of<'queue'>): vscode.TreeItem {
  const item = new vscode.TreeItem('Queue', Expanded)
  const count = starts.length === 1 ? '1 waits' : `${starts.length} wait`
  return Object.assign(item, { id: 'queue', description: count, iconPath: new vscode.ThemeIcon('clock'), contextValue: 'queue', accessibilityInformation: { label: `Queue, ${count}` } })
}

function queuedItem({ start, position, of }: Of<'queued'>): vscode.TreeItem {
  const item = new vscode.TreeItem(plainLine(start.label, 80), None)
  const can = [position > 0 ? 'can-move-up' : '', position < of - 1 ? 'can-move-down' : ''].filter((part) => part !== '')
  return Object.assign(item, {
    id: `queued:${start.id}`, description: start.starting ? 'starting' : `place ${position + 1}`, iconPath: new vscode.ThemeIcon(start.starting ? 'play-circle' : 'debug-start'), contextValue: ['queued', ...can].join(' '),
    tooltip: start.starting ? 'Is being started. Remove from Queue cancels that.' : 'Starts when its device is free.',
    accessibilityInformation: { label: `${plainLine(start.label, 80)}, ${start.starting ? 'starting' : `place ${position + 1} of ${of} in the queue`}` }
  })
}

function groupItem({ group }: Of<'group'>): vscode.TreeItem {
  const item = new vscode.TreeItem(group.label, Expanded)
  const count = group.runs.length === 1 ? '1 run' : `${group.runs.length} runs`
  return Object.assign(item, { id: group.key, description: count, contextValue: 'group', accessibilityInformation: { label: `${group.label}, ${count}` } })
}

function runItem(run: ShownRun): vscode.TreeItem {
  const { card, standing } = run
  const item = new vscode.TreeItem(`${card.pinned ? '★ ' : ''}${nameOf(run)}`, card.checkpoints > 0 ? Collapsed : None)
  const { icon, color } = STANDINGS[standing]
  return Object.assign(item, {
    id: `run:${card.directory}`, description: runDescription(run), tooltip: runTooltip(run),
    iconPath: new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color)),
    contextValue: runContext(run),
    accessibilityInformation: { label: spokenRun(run) },
    command: { command: 'rolloutLab.openDashboard', title: 'Open Dashboard', arguments: [card.directory] }
  })
}

function checkpointItem({ run, checkpoint }: Of<'checkpoint'>): vscode.TreeItem {
  const label = plainLine(checkpoint.label, 80)
  const item = new vscode.TreeItem(label, None)
  const { record } = checkpoint
  const size = sizeText(checkpoint.bytes)
  return Object.assign(item, {
    id: `checkpoint:${checkpoint.directory}`, description: size, iconPath: new vscode.ThemeIcon('package'), contextValue: 'checkpoint',
    tooltip: [`${label} of ${nameOf(run)}`, record ? `stage ${plainLine(record.stage, 40)}, RL step ${record.step}, saved ${record.at}` : 'not whole', size].join('\n'),
    accessibilityInformation: { label: `Checkpoint ${label} of ${nameOf(run)}, ${size}` }
  })
}

function sampleItem({ sample }: Of<'sample'>): vscode.TreeItem {
  const item = new vscode.TreeItem(plainLine(sample.name, 60), None)
  return Object.assign(item, {
    id: `sample:${sample.name}`, description: plainLine(sample.notes, 120), tooltip: plainLine(sample.notes, 600), iconPath: new vscode.ThemeIcon('beaker'), contextValue: 'sample',
    accessibilityInformation: { label: `Sample ${plainLine(sample.name, 60)}. ${plainLine(sample.notes, 300)}` },
    command: { command: 'rolloutLab.openSample', title: 'Open Sample', arguments: [{ kind: 'sample', sample }] }
  })
}

function troubleItem({ message, detail }: Of<'trouble'>): vscode.TreeItem {
  const item = new vscode.TreeItem(plainLine(message, 120), None)
  return Object.assign(item, {
    description: plainLine(detail, 200), tooltip: `${plainLine(message, 300)}\n${plainLine(detail, 600)}`, iconPath: new vscode.ThemeIcon('warning'), contextValue: 'trouble',
    command: { command: 'rolloutLab.showLog', title: 'Show Log' }
  })
}
