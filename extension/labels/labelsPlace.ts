import { labelsFolderOf } from '../../trainer/labels/store/labelsFolder.ts'
import type { SettingsSource } from '../contracts/settings.ts'
import { folderOfFile } from '../settings/runsFolder.ts'
import { workspaceFoldersOnDisk } from '../settings/settings.ts'

/** Where the labels of a run lie: `<workspace>/.rollout-lab/labels/<run>`, beside the folder of its runs where there is no workspace. */
export function labelsPlace(settings: SettingsSource, run: string): string {
  const folders = workspaceFoldersOnDisk().map(({ uri }) => uri.fsPath)
  // Runs without a folder stay with their labels whatever folder is open.
  const isOwn = folderOfFile(run, [settings.current.otherRunsFolder]) !== undefined
  return labelsFolderOf(run, isOwn ? undefined : (folderOfFile(run, folders) ?? folders[0]))
}
