import * as vscode from 'vscode'
import { basename, dirname } from 'node:path'
import { planReport } from '../reports/reportTexts.ts'
import type { PlanFacts } from '../reports/reportTexts.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { chooseModel } from '../starting/chooseModel.ts'
import { chooseRunFile, chooseStart } from '../starting/chooseStart.ts'
import { launch } from '../starting/launch.ts'
import { mayExecute } from '../starting/trust.ts'
import { chooseEngine, openText, writeRecipeFile } from '../starting/writeRunFile.ts'
import { labWords } from '../trainers/labError.ts'
import { isTreeNode } from '../tree/treeNodes.ts'

const MOST_SEEDS = 20

export const startRun: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute('Starting a run'))) return undefined
  shell.prepare()
  const [node] = given
  if (isTreeNode(node) && node.kind === 'sample') return launch(shell, { file: node.sample.file })
  const chosen = await chooseStart(shell, 'Start Run')
  if (!chosen) return undefined
  const { choice, configure } = chosen
  if (choice.kind === 'recipe') return startRecipe(shell, choice.recipe)
  const file = choice.kind === 'sample' ? choice.sample.file : choice.file
  const overrides = configure ? await configured(shell, choice.kind === 'sample' ? choice.sample.name : undefined) : []
  return overrides && launch(shell, { file, overrides })
}

async function startRecipe(shell: Shell, recipe: string): Promise<unknown> {
  const file = await writeRecipeFile(shell, recipe, `Start Run with ${recipe}`)
  if (!file) return undefined
  await openText(file)
  return launch(shell, { file: file.fsPath })
}

/** Model and engine in place of the run file's. */
async function configured(shell: Shell, sample: string | undefined): Promise<readonly string[] | undefined> {
  const model = await chooseModel(shell, 'Start Run: model (1/2)', { suits: sample })
  if (model === undefined) return undefined
  const engine = await chooseEngine(shell, 'Start Run: engine (2/2)')
  return engine === undefined ? undefined : [`model=${JSON.stringify(model)}`, `engine=${JSON.stringify(engine)}`]
}

export const startThisFile: CommandHandler = async (shell, ...given) => {
  const file = runFileGiven(given)
  if (file !== undefined) return launch(shell, { file })
  return vscode.window.showInformationMessage('Open a run file (*.run.json) on this machine’s disk first, or use Start Run… to choose one.')
}

export const startSeeds: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute('Starting a run'))) return undefined
  const file = runFileGiven(given) ?? await chooseRunFile(shell, 'Run on Several Seeds')
  if (file === undefined) return undefined
  const count = await askNumber('Run on Several Seeds', 'How many seeds, from 1 on? They run one after another.', '3', MOST_SEEDS)
  if (count === undefined) return undefined
  return launch(shell, { file, seeds: Array.from({ length: count }, (_, i) => i + 1) })
}

export const dryRun: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute('A dry run'))) return
  const file = runFileGiven(given) ?? await chooseRunFile(shell, 'Dry Run')
  if (file === undefined) return
  await shell.samples.ready()
  const lines: unknown[] = []
  const { code, errors } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Dry run' }, () =>
    shell.lab.run(['run', file, '--dry-run', '--json', '--no-git'], { cwd: dirname(file), onLine: (line) => lines.push(line) }))
  if (code !== 0) return shell.reports.show(`Dry run of ${basename(file)}`, `The run would not start.\n\n${labWords({ errors })}`)
  await shell.reports.show(`Dry run of ${basename(file)}`, planReport(lines[0] as PlanFacts))
}

export const newRunFile: CommandHandler = async (shell) => {
  const items = shell.catalogue.recipes.map(({ name, description, paper }) => ({ label: name, description, detail: paper }))
  const recipe = await vscode.window.showQuickPick(items, { title: 'New Run File: recipe', matchOnDescription: true, placeHolder: 'What the run file starts from' })
  const file = recipe && await writeRecipeFile(shell, recipe.label, 'New Run File')
  if (file) await openText(file)
}

export const openSample: CommandHandler = async (shell, ...given) => {
  const [node] = given
  const items = (await shell.samples.list()).map((sample) => ({ label: sample.name, detail: sample.notes, sample }))
  const sample = isTreeNode(node) && node.kind === 'sample' ? node.sample : (await vscode.window.showQuickPick(items, { title: 'Open Sample', matchOnDetail: true }))?.sample
  await shell.samples.ready()
  if (sample) await openText(vscode.Uri.file(sample.file))
}

/** The run file of a lens, an explorer entry or the editor in front, where it lies on a disk that a trainer can read. */
function runFileGiven([first]: readonly unknown[]): string | undefined {
  const uri = first instanceof vscode.Uri ? first : vscode.window.activeTextEditor?.document.uri
  return uri?.scheme === 'file' && uri.path.endsWith('.run.json') ? uri.fsPath : undefined
}

export async function askNumber(title: string, prompt: string, value: string, most: number): Promise<number | undefined> {
  const wrong = `A whole number from 1 to ${most}`
  const typed = await vscode.window.showInputBox({
    title, prompt, value, ignoreFocusOut: true, validateInput: (text) => (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= most ? undefined : wrong)
  })
  return typed === undefined ? undefined : Number(typed)
}
