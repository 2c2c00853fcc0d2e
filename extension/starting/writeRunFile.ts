import * as vscode from 'vscode'
import { newRunFile } from '../runFiles/writing.ts'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'
import type { Shell } from '../shell.ts'
import { chooseModel } from './chooseModel.ts'
import { freeName } from './startItems.ts'

const ENGINE_WORDS: Readonly<Record<string, string>> = {
  onnx: 'Embedded: this machine’s CPU, nothing to install', torch: 'PyTorch: a GPU where there is one, any Hugging Face model'
}

/** Asks for problems, model and engine, and writes a run file of the recipe; undefined = given up. */
export async function writeRecipeFile(shell: Shell, recipe: string, title: string): Promise<vscode.Uri | undefined> {
  const sample = await chooseProblems(shell, `${title}: problems (1/3)`)
  if (!sample) return undefined
  const model = await chooseModel(shell, `${title}: model (2/3)`, { suits: sample.name })
  if (model === undefined) return undefined
  const engine = await chooseEngine(shell, `${title}: engine (3/3)`)
  if (engine === undefined) return undefined
  const sizes = await shell.samples.read(sample)
  const name = `${sample.name}-${recipe}`
  return writeFile(shell, name, (folder) => newRunFile({ name, recipe, model, engine, environment: sizes['environment'], folder, sizes }))
}

/** Problem sets with the sizes that suit them: those of the samples. */
async function chooseProblems({ samples }: Shell, title: string) {
  const items = (await samples.list()).map((sample) => ({ label: sample.name, detail: sample.notes, sample }))
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Which problems to train on', matchOnDetail: true }))?.sample
}

/** The engine of the settings comes first. */
export async function chooseEngine({ catalogue, settings }: Shell, title: string): Promise<string | undefined> {
  const names = [...catalogue.engines].sort((a, b) => Number(b === settings.current.engine) - Number(a === settings.current.engine))
  const items = names.map((name) => ({ label: name, description: ENGINE_WORDS[name] ?? '' }))
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'What runs the model' }))?.label
}

/** Writes a run file that no other has the name of: in the workspace, and without one in the extension's storage. Opens nothing. */
export async function writeFile({ context }: Shell, stem: string, text: (folder: string) => string, inFolder?: vscode.Uri): Promise<vscode.Uri> {
  const folder = inFolder ?? workspaceFoldersOnDisk()[0]?.uri ?? vscode.Uri.joinPath(context.globalStorageUri, 'runFiles')
  await vscode.workspace.fs.createDirectory(folder)
  const taken = new Set((await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name.toLowerCase()))
  const file = vscode.Uri.joinPath(folder, freeName(stem, (name) => taken.has(name.toLowerCase())))
  await vscode.workspace.fs.writeFile(file, Buffer.from(text(folder.fsPath)))
  return file
}

export async function openText(file: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file), { preview: false })
}
