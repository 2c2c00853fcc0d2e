import * as vscode from 'vscode'
import { dirname } from 'node:path'
import { nameOf } from '../runs/runWords.ts'
import type { Shell } from '../shell.ts'
import { isHeading, modelItems } from './startItems.ts'
import type { ModelChoice } from './startItems.ts'

const MOST_MODELS = 50
const RECENT_RUNS = 10

/**
 * Asks for the folder of a model; undefined = given up.
 * @param suits the sample model that suits, where one does; `samples: false` leaves them out: they read nothing but their own problems.
 */
export async function chooseModel(shell: Shell, title: string, { suits, samples = true }: { readonly suits?: string | undefined; readonly samples?: boolean } = {}): Promise<string | undefined> {
  const choices = modelItems(samples ? await sampleModels(shell, suits) : [], await workspaceModels(), await modelsOfRuns(shell))
  const items = choices.map((choice) => ({ ...choice, kind: isHeading(choice) ? vscode.QuickPickItemKind.Separator : vscode.QuickPickItemKind.Default }))
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which model to train', matchOnDescription: true })
  if (!chosen) return undefined
  return chosen.folder ?? browse()
}

async function browse(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel: 'Use This Model', title: 'Folder of a Hugging Face model' })
  return chosen?.[0]?.fsPath
}

async function sampleModels({ samples }: Shell, first: string | undefined): Promise<readonly ModelChoice[]> {
  const models = await samples.models()
  return [...models].sort((a, b) => Number(b.label === first) - Number(a.label === first))
}

async function workspaceModels(): Promise<readonly string[]> {
  const files = await vscode.workspace.findFiles('**/config.json', '**/{node_modules,.rollout-lab,.git,.venv}/**', MOST_MODELS)
  const weights = await vscode.workspace.findFiles('**/*.safetensors', '**/{node_modules,.rollout-lab,.git,.venv}/**', MOST_MODELS * 4)
  const folders = new Set(weights.map(({ fsPath }) => dirname(fsPath)))
  return files.map(({ fsPath }) => dirname(fsPath)).filter((folder) => folders.has(folder)).sort()
}

/** The newest checkpoint of each of the newest runs. */
async function modelsOfRuns({ runs, queries }: Shell): Promise<readonly ModelChoice[]> {
  const withCheckpoints = runs.runs.filter(({ card }) => card.checkpoints > 0).slice(0, RECENT_RUNS)
  const found = await Promise.all(withCheckpoints.map(async (run) => {
    const last = (await queries.ask('runs/checkpoints', { run: run.card.directory })).at(-1)
    return last ? [{ label: nameOf(run), description: last.label, folder: last.directory }] : []
  }))
  return found.flat()
}
