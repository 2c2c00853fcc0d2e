import * as vscode from 'vscode'
import type { Settings, SettingsSource } from '../contracts/settings.ts'
import { folderOfFile, otherRunsFolder, runsFolderOf } from './runsFolder.ts'

const SECTION = 'rolloutLab'

/** Every setting, read here and nowhere else; what each means stands in package.json. */
export function createSettings(context: vscode.ExtensionContext): SettingsSource {
  let current = readSettings(context)
  const changed = new vscode.EventEmitter<Settings>()
  const reload = (): void => {
    current = readSettings(context)
    changed.fire(current)
  }
  const listening = [
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(SECTION) && reload()),
    vscode.workspace.onDidChangeWorkspaceFolders(reload),
    vscode.workspace.onDidGrantWorkspaceTrust(reload)
  ]
  return {
    get current() {
      return current
    },
    onDidChange: changed.event,
    dispose: () => [changed, ...listening].forEach((each) => each.dispose())
  }
}

function readSettings({ globalStorageUri }: vscode.ExtensionContext): Settings {
  const configuration = vscode.workspace.getConfiguration(SECTION)
  const storage = globalStorageUri.fsPath
  const folders = workspaceFoldersOnDisk()
  const own = (folders.length > 0 ? folders : [undefined]).map((folder) => runsFolderIn(folder, storage))
  return {
    engine: 'onnx',
    device: 'cpu',
    threads: wholeNumber(configuration.get('threads'), 0),
    runsFolder: own[0]!,
    runsFolders: [...new Set([...own, otherRunsFolder(storage)])],
    otherRunsFolder: otherRunsFolder(storage),
    retentionGigabytes: positive(configuration.get('retentionGigabytes'), 10),
    follow: configuration.get('follow', true),
    runsPerDevice: Math.max(1, wholeNumber(configuration.get('runsPerDevice'), 1))
  }
}

function runsFolderIn(folder: vscode.WorkspaceFolder | undefined, storage: string): string {
  const setting: unknown = vscode.workspace.getConfiguration(SECTION, folder?.uri ?? null).get('runsFolder')
  return runsFolderOf(typeof setting === 'string' ? setting : '', folder?.uri.fsPath, storage)
}

/** Where a run of this file goes: with the workspace folder that the file lies in, else with the first one. */
export function runsFolderFor(file: string, { globalStorageUri }: Pick<vscode.ExtensionContext, 'globalStorageUri'>): string {
  const folders = workspaceFoldersOnDisk()
  const holding = folderOfFile(file, folders.map(({ uri }) => uri.fsPath))
  return runsFolderIn(folders.find(({ uri }) => uri.fsPath === holding) ?? folders[0], globalStorageUri.fsPath)
}

/** Folders that a trainer can read: virtual ones have no path. */
export const workspaceFoldersOnDisk = (): readonly vscode.WorkspaceFolder[] =>
  (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')

/** Settings files may hold anything. */
const wholeNumber = (value: unknown, otherwise: number): number => (Number.isInteger(value) && (value as number) >= 0 ? (value as number) : otherwise)
const positive = (value: unknown, otherwise: number): number => (typeof value === 'number' && value > 0 ? value : otherwise)
