import * as vscode from 'vscode'
import type { Settings, SettingsSource, SuggestionSettings } from '../contracts/settings.ts'
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
    engine: configuration.get('engine') === 'torch' ? 'torch' : 'onnx',
    device: textOf(configuration.get('device')) || 'auto',
    python: textOf(configuration.get('python')),
    vllmPython: textOf(configuration.get('vllmPython')),
    trustRemoteCode: configuration.get('trustRemoteCode') === true,
    threads: wholeNumber(configuration.get('threads'), 0),
    runsFolder: own[0]!,
    runsFolders: [...new Set([...own, otherRunsFolder(storage)])],
    otherRunsFolder: otherRunsFolder(storage),
    retentionGigabytes: positive(configuration.get('retentionGigabytes'), 10),
    follow: configuration.get('follow', true),
    runsPerDevice: Math.max(1, wholeNumber(configuration.get('runsPerDevice'), 1)),
    labeler: textOf(configuration.get('labeler')),
    suggestions: suggestionSettings(vscode.workspace.getConfiguration(`${SECTION}.suggestions`))
  }
}

function suggestionSettings(configuration: vscode.WorkspaceConfiguration): SuggestionSettings {
  return {
    endpoint: textOf(configuration.get('endpoint')),
    model: textOf(configuration.get('model')),
    maxRequests: Math.max(1, wholeNumber(configuration.get('maxRequests'), 50)),
    maxTokens: Math.max(1, wholeNumber(configuration.get('maxTokens'), 200_000)),
    maxCost: positive(configuration.get('maxCost'), 1),
    inputPrice: notNegative(configuration.get('inputPrice')),
    outputPrice: notNegative(configuration.get('outputPrice')),
    replyTokens: Math.max(16, wholeNumber(configuration.get('replyTokens'), 1024)),
    timeoutSeconds: Math.min(3600, positive(configuration.get('timeoutSeconds'), 60))
  }
}

function runsFolderIn(folder: vscode.WorkspaceFolder | undefined, storage: string): string {
  const setting: unknown = vscode.workspace.getConfiguration(SECTION, folder?.uri ?? null).get('runsFolder')
  return runsFolderOf(typeof setting === 'string' ? setting : '', folder?.uri.fsPath, storage)
}

/** Whether to offer to make problems above the code of a file: folders of a workspace may differ. */
export const wantsProblemLenses = (file: vscode.Uri): boolean => vscode.workspace.getConfiguration(SECTION, file).get('problemLenses') !== false

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
const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')
const notNegative = (value: unknown): number => (typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0)
const positive = (value: unknown, otherwise: number): number => (typeof value === 'number' && value > 0 ? value : otherwise)
