import { isAbsolute, join, resolve } from 'node:path'

export const DEFAULT_RUNS_FOLDER = '.rollout-lab/runs'

/**
 * Absolute folder of the runs. A relative setting starts at the workspace folder; without one, or with nothing but a virtual
 * one, runs lie in the extension's own storage, so that a first run needs no folder.
 */
export function runsFolderOf(setting: string, workspaceFolder: string | undefined, storage: string): string {
  const written = setting.trim() === '' ? DEFAULT_RUNS_FOLDER : setting.trim()
  if (isAbsolute(written)) return resolve(written)
  return workspaceFolder === undefined ? join(storage, 'runs') : resolve(workspaceFolder, written)
}
