import fs from 'node:fs/promises'
import path from 'node:path'
import * as vscode from 'vscode'
import { labelSetsFolderOf } from '../../trainer/labels/store/labelsFolder.ts'
import { fitLabelerName } from '../labels/labelerName.ts'
import { labelSetText } from '../labels/labelSetTemplate.ts'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'
import type { CommandHandler } from '../shell.ts'

/** Writes a label set to start from into the workspace and opens it. */
export const newLabelSet: CommandHandler = async () => {
  const [folder] = workspaceFoldersOnDisk()
  if (folder === undefined) return vscode.window.showInformationMessage('Label sets lie in a workspace. Open a folder first.')
  const title = await vscode.window.showInputBox({
    title: 'New Label Set', value: 'Quality of reasoning', prompt: 'What it asks about. Its fields are edited afterwards.', ignoreFocusOut: true,
    validateInput: (text) => (fitLabelerName(text) === undefined ? 'At least one letter or digit' : undefined)
  })
  if (title === undefined) return undefined
  const sets = labelSetsFolderOf(folder.uri.fsPath)
  await fs.mkdir(sets, { recursive: true })
  const file = await writeNew(sets, fitLabelerName(title)!.toLowerCase(), labelSetText(title.trim()))
  return vscode.window.showTextDocument(vscode.Uri.file(file))
}

/** Under the first name that is free. */
async function writeNew(folder: string, name: string, text: string): Promise<string> {
  for (let number = 1; ; number++) {
    const file = path.join(folder, `${name}${number === 1 ? '' : `-${number}`}.json`)
    try {
      await fs.writeFile(file, text, { flag: 'wx' })
      return file
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
