import { setTimeout as sleep } from 'node:timers/promises'
import * as vscode from 'vscode'
import { errorText } from '../errorText.ts'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'
import type { Shell } from '../shell.ts'
import { startItems } from './startItems.ts'
import type { StartChoice, StartItem } from './startItems.ts'

const MOST_RUN_FILES = 200
const SEARCH_MILLISECONDS = 400
const NOT_SEARCHED = '**/{node_modules,.git,.rollout-lab,.venv}/**'

export interface ChosenStart {
  readonly choice: StartChoice
  /** Model and engine are to be asked for. */
  readonly configure: boolean
}

interface Item extends vscode.QuickPickItem {
  readonly choice?: StartChoice
}

const CONFIGURE: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('settings-gear'), tooltip: 'Start with another model or engine…' }

/** The quick pick of Start Run…; undefined = given up. */
export async function chooseStart(shell: Shell, title: string): Promise<ChosenStart | undefined> {
  const picker = vscode.window.createQuickPick<Item>()
  picker.title = title
  picker.placeholder = 'A sample, a run file or a recipe'
  picker.matchOnDescription = true
  picker.matchOnDetail = true
  picker.busy = true
  picker.show()
  try {
    const files = runFilesOfWorkspace()
    // A search of the workspace keeps nobody waiting who wants a sample.
    picker.items = await itemsOf(shell, await Promise.race([files, sleep(SEARCH_MILLISECONDS, [])]))
    const chosen = chosenIn(picker)
    files.then((found) => addFiles(shell, picker, found)).catch((error: unknown) => shell.log.warn(errorText(error)))
    return await chosen
  } finally {
    picker.dispose()
  }
}

function chosenIn(picker: vscode.QuickPick<Item>): Promise<ChosenStart | undefined> {
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      const choice = picker.selectedItems[0]?.choice
      if (choice) resolve({ choice, configure: false })
    })
    picker.onDidTriggerItemButton(({ item: { choice } }) => choice && resolve({ choice, configure: true }))
    picker.onDidHide(() => resolve(undefined))
  })
}

/** The row that people are at stays the one they are at. */
async function addFiles(shell: Shell, picker: vscode.QuickPick<Item>, files: readonly string[]): Promise<void> {
  const items = await itemsOf(shell, files)
  picker.busy = false
  if (items.length === picker.items.length) return
  const [at] = picker.activeItems
  picker.keepScrollPosition = true
  picker.items = items
  const kept = items.filter(({ label, choice }) => choice !== undefined && label === at?.label)
  if (kept.length > 0) picker.activeItems = kept
}

/** A run file of the workspace or of a sample; undefined = given up. */
export async function chooseRunFile({ samples }: Shell, title: string): Promise<string | undefined> {
  const items = startItems({ samples: await samples.list(), files: await runFilesOfWorkspace(), workspaceFolder: firstFolder(), recipes: [] })
  const choice = (await vscode.window.showQuickPick(items.map(asRow), { title, placeHolder: 'Which run file', matchOnDescription: true }))?.choice
  return choice && (choice.kind === 'file' ? choice.file : choice.kind === 'sample' ? choice.sample.file : undefined)
}

async function itemsOf({ samples, catalogue }: Shell, files: readonly string[]): Promise<Item[]> {
  const items = startItems({ samples: await samples.list(), files, workspaceFolder: firstFolder(), recipes: catalogue.recipes })
  return items.map((item) => ({ ...asRow(item), ...(item.choice && item.choice.kind !== 'recipe' && { buttons: [CONFIGURE] }) }))
}

const firstFolder = (): string | undefined => workspaceFoldersOnDisk()[0]?.uri.fsPath
const asRow = (item: StartItem): Item => ({ ...item, kind: item.choice ? vscode.QuickPickItemKind.Default : vscode.QuickPickItemKind.Separator })

/** Absolute paths, sorted. */
export async function runFilesOfWorkspace(): Promise<readonly string[]> {
  const found = await vscode.workspace.findFiles('**/*.run.json', NOT_SEARCHED, MOST_RUN_FILES)
  return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath).sort()
}
