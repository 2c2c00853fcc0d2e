import { isAbsolute, join, relative, resolve, sep } from 'node:path'

export const DEFAULT_RUNS_FOLDER = '.rollout-lab/runs'

/**
 * Absolute folder of the runs. A relative setting starts at the workspace folder; without one, or with nothing but a virtual
 * one, runs lie in the extension's own storage, so that a first run needs no folder.
 */
export function runsFolderOf(setting: string, workspaceFolder: string | undefined, storage: string): string {
  const written = setting.trim() === '' ? DEFAULT_RUNS_FOLDER : setting.trim()
  if (isAbsolute(written)) return resolve(written)
  return workspaceFolder === undefined ? otherRunsFolder(storage) : resolve(workspaceFolder, written)
}

/** Of runs that were made in a window without a folder. */
export const otherRunsFolder = (storage: string): string => join(storage, 'runs')

/** The workspace folder that a file lies in, the innermost one; undefined = none. */
export function folderOfFile(file: string, workspaceFolders: readonly string[]): string | undefined {
  const holding = workspaceFolders.filter((folder) => {
    const inside = relative(folder, file)
    return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
  })
  return holding.sort((a, b) => b.length - a.length)[0]
}
