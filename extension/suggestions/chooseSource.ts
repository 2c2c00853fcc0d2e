import * as vscode from 'vscode'
import { basename, dirname } from 'node:path'
import type { Settings } from '../contracts/settings.ts'
import { plainLine } from '../plainText.ts'
import { nameOf } from '../runs/runWords.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import { engineOf } from '../views/checkpointRun.ts'
import { critic } from './critic.ts'
import { endpointAddress } from './endpointAddress.ts'
import { endpointSuggester } from './endpointSuggester.ts'
import { languageModels, languageModelSuggester } from './languageModels.ts'
import { capText, limitsOf } from './limits.ts'
import { stepChecker } from './stepChecker.ts'
import type { Suggester } from './suggester.ts'
import type { SuggestionsContext } from './createSuggestions.ts'

const TITLE = 'Suggest Labels'
const TERMS = 'The terms of a model’s provider may forbid training on what it writes: drafts name their source, and exports leave them out unless asked for.'
const LAST_KEY = 'rolloutLab.suggestionSource'

type SourceItem = vscode.QuickPickItem & { readonly make?: () => Promise<Suggester | undefined> }

/** Who drafts labels of this run; undefined = nobody. The source that was taken last stands first. */
export async function chooseSource(context: SuggestionsContext, run: string, environment: string): Promise<Suggester | undefined> {
  const last = context.context.workspaceState.get(LAST_KEY)
  const items = [...localItems(context, run, environment), ...endpointItems(context), ...(await languageModelItems(context))]
  const sorted = items.sort((a, b) => Number(b.label === last) - Number(a.label === last))
  const chosen = await vscode.window.showQuickPick(sorted, { title: TITLE, placeHolder: 'Who drafts. A draft is no label until you accept it.', matchOnDescription: true })
  if (!chosen) return undefined
  await context.context.workspaceState.update(LAST_KEY, chosen.label)
  return chosen.make?.()
}

function localItems(context: SuggestionsContext, run: string, environment: string): SourceItem[] {
  return [
    { label: `$(checklist) Step checker of ${plainLine(environment, 60)}`, description: 'what was recorded with each rollout', make: () => Promise.resolve(stepChecker(environment)) },
    { label: '$(chip) A critic model on this machine…', description: 'a model folder or checkpoint that writes critiques', make: () => chooseCritic(context, run) }
  ]
}

function endpointItems({ settings, keys }: SuggestionsContext): SourceItem[] {
  const given = settings.current.suggestions
  if (given.endpoint === '' || given.model === '') {
    return [{ label: '$(globe) An OpenAI-compatible endpoint…', description: 'not set up: opens the settings', make: async () => void (await vscode.commands.executeCommand('workbench.action.openSettings', 'rolloutLab.suggestions')) }]
  }
  const make = async (): Promise<Suggester> => {
    const address = endpointAddress(given.endpoint)
    return endpointSuggester(address, given, await keys.of(address.origin), [capText(given, true), TERMS])
  }
  return [{ label: `$(globe) ${plainLine(given.model, 80)}`, description: plainLine(given.endpoint, 120), make }]
}

async function languageModelItems({ settings, log }: SuggestionsContext): Promise<SourceItem[]> {
  try {
    const given = settings.current.suggestions
    const limits = { ...limitsOf(given), prices: { input: 0, output: 0 } }
    return (await languageModels()).map((model) => ({
      label: `$(comment-discussion) ${plainLine(model.name || model.id, 80)}`, description: plainLine(`${model.vendor} · ${model.id}`, 120),
      make: () => Promise.resolve(languageModelSuggester(model, limits, [capText(given, false), TERMS]))
    }))
  } catch (error) {
    log.warn(`Language models cannot be listed: ${error instanceof Error ? error.message : String(error)}`)
    return []
  }
}

/** Newest checkpoints of the runs, the asked one's first, or a folder. */
async function chooseCritic(context: SuggestionsContext, run: string): Promise<Suggester | undefined> {
  const runs = context.runs().filter(({ card }) => card.checkpoints > 0).sort((a, b) => Number(b.card.directory === run) - Number(a.card.directory === run))
  const items = [
    ...runs.map((shown) => ({ label: plainLine(nameOf(shown), 80), description: 'newest checkpoint', find: () => newestCheckpoint(context, shown) })),
    { label: '$(folder-opened) Choose Folder…', description: 'a model folder', find: chooseFolder }
  ]
  const chosen = await vscode.window.showQuickPick(items, { title: `${TITLE}: critic`, placeHolder: 'Which model writes the critiques' })
  const model = await chosen?.find()
  const { engine, threads, suggestions: { replyTokens } }: Settings = context.settings.current
  return model && critic(context.lab, run, { ...model, engine: await engineOf(context.queries, model.folder, engine), threads, replyTokens })
}

type FoundModel = { readonly title: string; readonly folder: string } | undefined

async function newestCheckpoint({ queries }: SuggestionsContext, shown: ShownRun): Promise<FoundModel> {
  const checkpoint = (await queries.ask('runs/checkpoints', { run: shown.card.directory })).at(-1)
  if (!checkpoint) throw new Error(`${nameOf(shown)} has no whole checkpoint.`)
  return { title: plainLine(`${nameOf(shown)} ${checkpoint.label}`, 120), folder: checkpoint.directory }
}

async function chooseFolder(): Promise<FoundModel> {
  const [folder] = (await vscode.window.showOpenDialog({ title: 'Model Folder of a Critic', canSelectFolders: true, canSelectFiles: false, openLabel: 'Use This Model' })) ?? []
  return folder && { title: plainLine(`${basename(dirname(folder.fsPath))}/${basename(folder.fsPath)}`, 120), folder: folder.fsPath }
}
