import * as vscode from 'vscode'
import { dirname, join } from 'node:path'
import { askModels, previewRows, runExport } from '../labels/exporting.ts'
import type { Exported, Previews } from '../labels/exporting.ts'
import { countText, EXPORT_WORDS, exportedText, nothingText, rowCount } from '../labels/exportWords.ts'
import type { ExportKind } from '../labels/exportWords.ts'
import { plainLine } from '../plainText.ts'
import { nameOf } from '../runs/runWords.ts'
import type { CommandHandler } from '../shell.ts'
import { chooseRunToLabel } from './chooseRun.ts'

const TITLE = 'Export Labels'

export const exportLabels: CommandHandler = async (shell, ...given) => {
  const run = await chooseRunToLabel(shell, given, TITLE)
  if (!run) return
  const { directory } = run.card
  const previews = await previewRows(shell, directory)
  if (rowCount(previews.withModels) === 0) {
    await vscode.window.showInformationMessage(plainLine(nothingText(previews.withModels), 400))
    return
  }
  const asked = await askWhat(previews)
  if (!asked) return
  const args = ['--format', asked.format, ...asked.kinds.flatMap((kind) => ['--kind', kind]), ...(asked.includeModels ? ['--include-models'] : [])]
  const exported = await runExport(shell, directory, args, `Exporting labels of ${nameOf(run)}`, dirname(directory))
  if (exported) await show(exported)
}

interface Asked {
  readonly kinds: readonly ExportKind[]
  readonly format: string
  readonly includeModels: boolean
}

/** Undefined = given up. */
async function askWhat(previews: Previews): Promise<Asked | undefined> {
  const includeModels = await askModels(previews, TITLE)
  if (includeModels === undefined) return undefined
  const shown = includeModels ? previews.withModels : previews.own
  const offered = EXPORT_WORDS.filter(({ kind }) => shown.rows[kind === 'prm800k' ? 'steps' : kind] > 0)
  const items = offered.map(({ kind, label, what }) => ({ label, description: countText(kind, shown), detail: what, exported: kind, picked: kind !== 'prm800k' }))
  const chosen = await vscode.window.showQuickPick(items, { title: TITLE, canPickMany: true, placeHolder: 'What to export' })
  if (!chosen || chosen.length === 0) return undefined
  const formats = [
    { label: 'JSON Lines', description: 'text, one row a line', format: 'jsonl' },
    { label: 'Parquet', description: 'smaller; PRM800K stays JSON Lines', format: 'parquet' }
  ]
  const format = await vscode.window.showQuickPick(formats, { title: TITLE, placeHolder: 'In which format' })
  return format && { kinds: chosen.map(({ exported }) => exported), format: format.format, includeModels }
}

async function show({ folder, manifest }: Exported): Promise<void> {
  const [openManifest, openFolder] = ['Open Manifest', 'Show Folder']
  const answer = await vscode.window.showInformationMessage(exportedText(manifest), openManifest, openFolder)
  if (answer === openManifest) await vscode.window.showTextDocument(vscode.Uri.file(join(folder, 'manifest.json')))
  if (answer === openFolder) await vscode.commands.executeCommand(vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)) ? 'revealInExplorer' : 'revealFileInOS', vscode.Uri.file(folder))
}
