import * as vscode from 'vscode'
import { basename, dirname, join, resolve } from 'node:path'
import type { ResolvedRun } from '../../trainer/protocol/runFile.ts'
import { askModels, previewRows, runExport } from '../labels/exporting.ts'
import type { Exported, Previews } from '../labels/exporting.ts'
import { nothingText, rowCount } from '../labels/exportWords.ts'
import { LABEL_RECIPES, recipeDescription, recipeDetail } from '../labels/trainingRecipes.ts'
import type { LabelRecipe } from '../labels/trainingRecipes.ts'
import { plainLine } from '../plainText.ts'
import { labelTrainingFile } from '../runFiles/labelTrainingFile.ts'
import { nameOf } from '../runs/runWords.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { launch } from '../starting/launch.ts'
import { mayExecute } from '../starting/trust.ts'
import { writeFile } from '../starting/writeRunFile.ts'
import { chooseRunToLabel } from './chooseRun.ts'

const TITLE = 'Train on Labels'

/** Labels of a run → rows → a run file of a recipe → a run, shown beside its parent. */
export const trainOnLabels: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute(TITLE))) return undefined
  const run = await chooseRunToLabel(shell, given, `${TITLE}: run (1/3)`)
  if (!run) return undefined
  const previews = await previewRows(shell, run.card.directory)
  if (rowCount(previews.withModels) === 0) return vscode.window.showInformationMessage(plainLine(nothingText(previews.withModels), 400))
  const includeModels = await askModels(previews, TITLE)
  if (includeModels === undefined) return undefined
  const recipe = await chooseRecipe(includeModels ? previews.withModels : previews.own)
  const model = recipe && (await chooseModelOf(shell, run))
  if (!recipe || !model) return undefined
  const args = ['--kind', recipe.kind, '--format', 'jsonl', ...(includeModels ? ['--include-models'] : [])]
  const exported = await runExport(shell, run.card.directory, args, `Making rows of the labels of ${nameOf(run)}`, dirname(run.card.directory))
  return exported && train(shell, run, recipe, model, exported)
}

async function chooseRecipe(rows: Previews['own']): Promise<LabelRecipe | undefined> {
  const items = LABEL_RECIPES.map((recipe) => {
    const count = rows.rows[recipe.kind]
    return { label: recipe.recipe, description: `${recipe.what} · ${recipeDescription(count)}`, detail: recipeDetail(recipe, rows, count), recipe, count }
  })
  const sorted = items.sort((a, b) => Number(b.count > 0) - Number(a.count > 0))
  const chosen = await vscode.window.showQuickPick(sorted, { title: `${TITLE}: recipe (2/3)`, placeHolder: 'What the labels train' })
  if (chosen?.count !== 0) return chosen?.recipe
  await vscode.window.showInformationMessage(`The labels of this run give no rows for ${chosen.label} yet. ${chosen.recipe.hint}`)
  return undefined
}

/** A model to start from. `checkpoint` is the name of the parent's checkpoint, where it is one. */
interface StartModel {
  readonly folder: string
  readonly checkpoint?: string
}

async function chooseModelOf(shell: Shell, run: ShownRun): Promise<StartModel | undefined> {
  const { directory } = run.card
  const [details, checkpoints] = await Promise.all([shell.queries.ask('runs/details', { run: directory }), shell.queries.ask('runs/checkpoints', { run: directory })])
  const latest = [...checkpoints].reverse()
  const items: (vscode.QuickPickItem & { readonly model: StartModel })[] = latest.map((checkpoint, i) => ({
    label: plainLine(checkpoint.label, 80), description: i === 0 ? 'where the run has come to' : '', model: { folder: checkpoint.directory, checkpoint: basename(checkpoint.directory) }
  }))
  const base = baseModel(details.run, dirname(details.source.path))
  if (base !== undefined) items.push({ label: '$(history) The model that the run started from', description: plainLine(base, 160), model: { folder: base } })
  return (await vscode.window.showQuickPick(items, { title: `${TITLE}: model (3/3)`, placeHolder: 'Which weights to train further' }))?.model
}

/** Undefined where the run made its model from nothing. */
const baseModel = ({ model }: ResolvedRun, folder: string): string | undefined => (typeof model === 'string' ? resolve(folder, model) : undefined)

async function train(shell: Shell, run: ShownRun, recipe: LabelRecipe, model: StartModel, { folder, manifest }: Exported): Promise<unknown> {
  const rows = manifest.files.find(({ kind }) => kind === recipe.kind)
  if (!rows) throw new Error(`The export gave no ${recipe.kind}. ${folder} has the manifest, which says why.`)
  const details = await shell.queries.ask('runs/details', { run: run.card.directory })
  const name = `${run.card.name}-${recipe.recipe}`
  const file = await writeFile(shell, name, (place) => labelTrainingFile({
    name, recipe: recipe.recipe, kind: recipe.kind, run: details.run, runFolder: dirname(details.source.path), folder: place, model: model.folder,
    rows: join(folder, rows.file), manifest: join(folder, 'manifest.json'),
    parent: { run: basename(run.card.directory), ...(model.checkpoint === undefined ? {} : { checkpoint: model.checkpoint }) }
  }))
  const started = await launch(shell, { file: file.fsPath })
  if (started) await shell.views.openDashboard([run.card.directory, ...started])
  return started
}
