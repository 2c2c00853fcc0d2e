import { LabError } from '../errors.ts'
import { throwIfCancelled } from './queryError.ts'
import { realRunDirectory } from './realRunDirectory.ts'
import type { RunRollouts } from './runRollouts.ts'

/** A run with the path that it was asked for by. That one names it in answers: whoever asked knows no other, and links may lead it elsewhere. */
export interface NamedRun {
  readonly name: string
  readonly run: RunRollouts
}

/** Each run once, however many of these paths lead to it; it goes by the first. */
export async function namedRuns(names: readonly string[], read: (directory: string) => Promise<RunRollouts>): Promise<NamedRun[]> {
  const nameOf = new Map<string, string>()
  for (const name of names) {
    const directory = realRunDirectory(name)
    if (!nameOf.has(directory)) nameOf.set(directory, name)
  }
  const runs: NamedRun[] = []
  for (const [directory, name] of nameOf) runs.push({ name, run: await read(directory) })
  return runs
}

/** Those of the runs that can be read, and why others cannot. */
export async function readableRuns(
  names: readonly string[], read: (directory: string) => Promise<RunRollouts>, signal: AbortSignal
): Promise<{ readonly runs: NamedRun[]; readonly unread: { readonly run: string; readonly why: string }[] }> {
  const runs: NamedRun[] = []
  const unread: { readonly run: string; readonly why: string }[] = []
  for (const name of names) {
    try {
      const [found] = await namedRuns([name], read)
      if (found && !runs.some(({ run }) => run === found.run)) runs.push(found)
    } catch (error) {
      throwIfCancelled(signal)
      if (!LabError.is(error)) throw error
      unread.push({ run: name, why: error.message })
    }
  }
  return { runs, unread }
}
