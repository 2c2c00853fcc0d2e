import * as vscode from 'vscode'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'
import type { Shell } from '../shell.ts'
import { startItems } from './startItems.ts'
import type { StartChoice } from './startItems.ts'

const MOST_RUN_FILES = 200
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
    picker.items = await itemsOf(shell)
    picker.busy = false
    return await chosenIn(picker)
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

async function itemsOf({ samples, catalogue }: Shell): Promise<Item[]> {
  const [folder] = workspaceFoldersOnDisk()
  const items = startItems({
    samples: await samples.list(), files: await runFilesOfWorkspace(), workspaceFolder: folder?.uri.fsPath, recipes: catalogue.recipes
  })
  return items.map((item) => ({
    ...item,
    kind: item.choice ? vscode.QuickPickItemKind.Default : vscode.QuickPickItemKind.Separator,
    ...(item.choice && item.choice.kind !== 'recipe' && { buttons: [CONFIGURE] })
  }))
}

/** Absolute paths, sorted. */
export async function runFilesOfWorkspace(): Promise<readonly string[]> {
  const found = await vscode.workspace.findFiles('**/*.run.json', NOT_SEARCHED, MOST_RUN_FILES)
  return found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath).sort()
}
