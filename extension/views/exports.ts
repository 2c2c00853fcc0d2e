import { homedir } from 'node:os'
import * as vscode from 'vscode'

/** Asks where and writes it: `data` is text, or base64 of a PNG. False where people gave up. */
export async function saveExport(name: string, kind: 'png' | 'csv', data: string): Promise<boolean> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir())
  const target = await vscode.window.showSaveDialog({
    title: 'Export', defaultUri: vscode.Uri.joinPath(folder, fileName(name, kind)), filters: { [kind.toUpperCase()]: [kind] }
  })
  if (!target) return false
  await vscode.workspace.fs.writeFile(target, kind === 'png' ? Buffer.from(data, 'base64') : Buffer.from(data, 'utf8'))
  return true
}

/** What a page proposes, as a plain file name. */
function fileName(name: string, kind: 'png' | 'csv'): string {
  const plain = name.replace(/\.(png|csv)$/, '').replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '').slice(0, 100)
  return `${plain || 'chart'}.${kind}`
}
