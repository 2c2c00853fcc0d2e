import { LabError } from '../errors.ts'
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

/** What can be had of each run, each once, and why others give nothing. Ends where nobody wants it any more. */
export async function ofReadableRuns<T>(
  names: readonly string[], read: (directory: string) => Promise<RunRollouts>, take: (named: NamedRun) => Promise<T> | T
): Promise<{ readonly found: T[]; readonly unread: { readonly run: string; readonly error: LabError }[] }> {
  const found = new Map<RunRollouts, T>()
  const unread: { readonly run: string; readonly error: LabError }[] = []
  for (const name of names) {
    try {
      const run = await read(realRunDirectory(name))
      if (!found.has(run)) found.set(run, await take({ name, run }))
    } catch (error) {
      if (!LabError.is(error) || error.code === 'cancelled') throw error
      unread.push({ run: name, error })
    }
  }
  return { found: [...found.values()], unread }
}
