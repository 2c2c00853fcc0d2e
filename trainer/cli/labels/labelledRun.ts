import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import { labelsFolderOf } from '../../labels/store/labelsFolder.ts'
import type { Host } from '../host.ts'

export interface LabelledRun {
  /** The run's directory; it may be gone, and its labels there still. */
  readonly directory: string
  /** Where its labels lie; it need not be there. */
  readonly folder: string
}

/**
 * The run that was named, and the folder of its labels: `labels` where it is given; else as in the editor, with the folder
 * where the command was given as the workspace where that has labels of the run.
 */
export function labelledRun(host: Host, named: string, labels?: string): LabelledRun {
  const place = resolve(host.cwd, named)
  const directory = existsSync(place) ? realpathSync(place) : place
  const here = labelsFolderOf(directory, host.cwd)
  const folder = labels !== undefined ? resolve(host.cwd, labels) : existsSync(here) ? here : labelsFolderOf(directory)
  if (existsSync(directory) || existsSync(folder)) return { directory, folder }
  throw new LabError('usage', 'usage/missing-run', `There is no run directory ${named}.`, { remedy: `Name one that \`${host.command} runs\` lists.` })
}
