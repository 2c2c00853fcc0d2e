import fs from 'node:fs'
import { LabError } from '../errors.ts'
import { onDisk } from '../stores/diskGuard.ts'

/** The directory that a path leads to; a run that was deleted or moved is said to be gone. */
export function realRunDirectory(directory: string): string {
  try {
    return onDisk(directory, () => fs.realpathSync(directory))
  } catch (error) {
    if (!LabError.is(error, 'missing')) throw error
    throw new LabError('store', 'run-gone', `the run ${directory} is not there any more: it was deleted or moved`, { place: directory, remedy: 'Open it where it is now, or choose another run.' })
  }
}
