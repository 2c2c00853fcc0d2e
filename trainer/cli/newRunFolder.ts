import { existsSync } from 'node:fs'
import { LabError } from '../errors.ts'
import { isUnusedRunFolder, readRunRecord } from '../stores/runDirectory.ts'
import { readState } from '../stores/stateStore.ts'
import type { Host } from './host.ts'
import { quoteArgument } from './quoteArgument.ts'

/** Whether a run lies there that was made here and is not at its end. */
export function canBeResumed(directory: string): boolean {
  try {
    return readRunRecord(directory).recorded === undefined && readState(directory)?.status !== 'finished'
  } catch {
    // What cannot be read is no run to go on with; whoever opens it hears why.
    return false
  }
}

/**
 * @param resumes whether going on with a run that lies there would do as well.
 * @throws LabError `usage/out-exists` where no run can be made in the directory that people named.
 */
export function requireUnused(host: Host, directory: string, { resumes = true } = {}): void {
  if (!existsSync(directory) || isUnusedRunFolder(directory)) return
  const goOn = resumes && canBeResumed(directory) ? `, or go on with the run in it: ${host.command} resume ${quoteArgument(directory)}` : '.'
  throw new LabError('usage', 'usage/out-exists', `${directory} exists already.`, { place: '--out', remedy: `Name a new directory${goOn}` })
}
