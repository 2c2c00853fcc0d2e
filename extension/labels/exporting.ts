import * as vscode from 'vscode'
import type { LabelManifest } from '../../trainer/protocol/labelRows.ts'
import type { RowsPreview } from '../../trainer/protocol/labelViews.ts'
import type { Shell } from '../shell.ts'
import { cancellable } from '../trainers/cancellable.ts'
import { labError } from '../trainers/labError.ts'
import { rowCount, rowsText } from './exportWords.ts'

/** What the labels of a run would give, with and without what models suggested. */
export interface Previews {
  readonly own: RowsPreview
  readonly withModels: RowsPreview
}

export async function previewRows({ queries, labels }: Shell, run: string): Promise<Previews> {
  await queries.ask('labels/folder', { run, folder: labels.folderOf(run) })
  const [own, withModels] = await Promise.all([false, true].map((includeModelSources) => queries.ask('labels/preview', { run, includeModelSources })))
  return { own: own!, withModels: withModels! }
}

/** Whether rows that rest on suggestions of models are wanted; asked only where it makes a difference. Undefined = given up. */
export async function askModels({ own, withModels }: Previews, title: string): Promise<boolean | undefined> {
  const more = rowCount(withModels) - rowCount(own)
  if (more <= 0) return false
  const choices = [
    ...(rowCount(own) === 0 ? [] : [{ label: 'Without what models suggested', description: rowsText(rowCount(own)), includes: false }]),
    { label: 'With what models suggested', description: rowsText(rowCount(withModels)), detail: 'Each row names its sources. The terms of a model’s provider may forbid training on it.', includes: true }
  ]
  return (await vscode.window.showQuickPick(choices, { title, placeHolder: `${rowsText(more)} rest on suggestions of models` }))?.includes
}

export interface Exported {
  readonly folder: string
  readonly manifest: LabelManifest
}

/** Runs `lab labels export`; undefined = cancelled. */
export async function runExport({ lab, labels }: Shell, run: string, args: readonly string[], title: string, cwd: string): Promise<Exported | undefined> {
  return cancellable(title, async (signal) => {
    let exported: Exported | undefined
    const all = ['labels', 'export', run, '--labels', labels.folderOf(run), '--json', ...args]
    const { code, ...said } = await lab.run(all, { cwd, signal, onLine: (line) => (exported = line as Exported) })
    if (code !== 0 || !exported) throw labError(said, `The export ended with code ${code}.`)
    return exported
  })
}
