import { LabError } from '../errors.ts'
import { readRunRecord } from '../stores/runDirectory.ts'

/** Throws for a run that another program trained and only recorded here: nothing of ours can go on with it. */
export function requireOwnRun(directory: string): void {
  const { recorded } = readRunRecord(directory)
  if (recorded === undefined) return
  throw new LabError('usage', 'usage/recorded-run', `${directory} was recorded by ${recorded.by}; it was not started here, so it cannot be resumed here.`, {
    place: directory,
    remedy: 'Go on with the program that trains it, from its own checkpoint. Reading, comparing and labelling the run work as they do for every other.'
  })
}
