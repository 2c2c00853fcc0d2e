import * as vscode from 'vscode'
import type { Samples } from '../starting/samples.ts'
import { treeItem } from './treeItems.ts'
import type { TreeNode } from './treeNodes.ts'

/** The samples that come with the extension. */
export function provideSampleTree(samples: Samples): vscode.Disposable {
  return vscode.window.registerTreeDataProvider<TreeNode>('rolloutLab.samples', {
    getTreeItem: treeItem,
    getChildren: async (node) => (node ? [] : (await samples.list()).map((sample) => ({ kind: 'sample', sample })))
  })
}
