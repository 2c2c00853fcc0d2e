import * as vscode from 'vscode'
import type { Settings, SettingsSource } from '../contracts/settings.ts'
import { runsFolderOf } from './runsFolder.ts'

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
  const [folder] = workspaceFoldersOnDisk()
  const configuration = vscode.workspace.getConfiguration(SECTION)
  const ofFolder = vscode.workspace.getConfiguration(SECTION, folder?.uri ?? null)
  return {
    engine: 'onnx',
    device: 'cpu',
    threads: wholeNumber(configuration.get('threads'), 0),
    runsFolder: runsFolderOf(ofFolder.get('runsFolder', ''), folder?.uri.fsPath, globalStorageUri.fsPath),
    retentionGigabytes: positive(configuration.get('retentionGigabytes'), 10),
    follow: configuration.get('follow', true),
    runsPerDevice: Math.max(1, wholeNumber(configuration.get('runsPerDevice'), 1))
  }
}

/** Folders that a trainer can read: virtual ones have no path. */
export const workspaceFoldersOnDisk = (): readonly vscode.WorkspaceFolder[] =>
  (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')

/** Settings files may hold anything. */
const wholeNumber = (value: unknown, otherwise: number): number => (Number.isInteger(value) && (value as number) >= 0 ? (value as number) : otherwise)
const positive = (value: unknown, otherwise: number): number => (typeof value === 'number' && value > 0 ? value : otherwise)
