import { dirname, isAbsolute, normalize } from 'node:path'

/** Whether this is the path of a run directly inside one of the runs folders: links and forged state open nothing else. */
export function isKnownRun(run: string, runsFolders: readonly string[]): boolean {
  if (!isAbsolute(run) || normalize(run) !== run || /[\\/]$/.test(run)) return false
  return runsFolders.some((folder) => dirname(run) === normalize(folder).replace(/[\\/]+$/, ''))
}
