import { relative } from 'node:path'
import { DEFAULT_RUNS_FOLDER, folderOfFile } from './runsFolder.ts'

/** What keeps a runs folder out of VS Code's file watching and search: keys of `files.watcherExclude` and `search.exclude`. */
export interface Excludes {
  readonly watcher: string
  readonly search: string
  /** Of the workspace folder that holds it, and from there on. */
  readonly workspaceFolder: string
  readonly runsFolder: string
}

/** Undefined for a folder outside of the workspace, which is not watched, and for the usual one, which the manifest leaves out. */
export function excludesOf(runsFolder: string, workspaceFolders: readonly string[]): Excludes | undefined {
  const workspaceFolder = folderOfFile(runsFolder, workspaceFolders)
  if (workspaceFolder === undefined) return undefined
  const inside = relative(workspaceFolder, runsFolder).replaceAll('\\', '/')
  if (`/${inside}`.endsWith(`/${DEFAULT_RUNS_FOLDER}`)) return undefined
  return { watcher: `**/${inside}/**`, search: `**/${inside}`, workspaceFolder, runsFolder: inside }
}

type Patterns = Readonly<Record<string, unknown>> | undefined

/** A pattern that people switched off is one that they know. */
export const lacksExcludes = ({ watcher, search }: Excludes, watching: Patterns, searching: Patterns): boolean =>
  !(watcher in (watching ?? {})) || !(search in (searching ?? {}))
