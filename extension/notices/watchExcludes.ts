import { dirname } from 'node:path'
import * as vscode from 'vscode'
import { plainLine } from '../plainText.ts'
import { excludesOf, lacksExcludes } from '../settings/excludes.ts'
import type { Excludes } from '../settings/excludes.ts'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'
import type { Shell } from '../shell.ts'

const ASKED_KEY = 'excludes.asked'

/** Offers to keep runs out of file watching and search where they lie in another folder of the workspace than the usual one; once a folder. */
export function watchExcludes({ runs, context }: Pick<Shell, 'runs' | 'context'>): vscode.Disposable {
  const look = (): void => {
    const workspaceFolders = workspaceFoldersOnDisk().map(({ uri }) => uri.fsPath)
    const asked = context.workspaceState.get<readonly string[]>(ASKED_KEY, [])
    const folders = new Set(runs.runs.map(({ card }) => dirname(card.directory)))
    const excludes = [...folders].flatMap((folder) => excludesOf(folder, workspaceFolders) ?? []).find((each) => !asked.includes(each.watcher) && isLacking(each))
    if (!excludes) return
    void context.workspaceState.update(ASKED_KEY, [...asked, excludes.watcher])
    void offer(excludes)
  }
  return runs.onDidChange(look)
}

const ofFolder = (section: string, { workspaceFolder }: Excludes): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration(section, vscode.Uri.file(workspaceFolder))
const isLacking = (excludes: Excludes): boolean => lacksExcludes(excludes, ofFolder('files', excludes).get('watcherExclude'), ofFolder('search', excludes).get('exclude'))

async function offer(excludes: Excludes): Promise<void> {
  const leaveOut = 'Leave Them Out'
  const message = `Runs lie in ${plainLine(excludes.runsFolder, 100)}, where VS Code watches and searches every file of them, which slows it down. Leave that folder out?`
  if ((await vscode.window.showInformationMessage(message, leaveOut)) !== leaveOut) return
  await add(ofFolder('files', excludes), 'watcherExclude', excludes.watcher)
  await add(ofFolder('search', excludes), 'exclude', excludes.search)
}

/** To what the workspace says itself: the rest of what holds here is said elsewhere. */
async function add(configuration: vscode.WorkspaceConfiguration, name: string, pattern: string): Promise<void> {
  const own = configuration.inspect<Readonly<Record<string, unknown>>>(name)?.workspaceValue
  await configuration.update(name, { ...own, [pattern]: true }, vscode.ConfigurationTarget.Workspace)
}
