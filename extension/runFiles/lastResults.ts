import { isReadable } from '../runs/shownRun.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import { lastResultTitle } from './lensTitles.ts'

/** What came of a run file last. */
export interface LastResult {
  readonly title: string
  /** Of the newest run that was made from the file. */
  readonly directory: string
}

/** The last result of each run file, of those runs whose source is known by now. Both calls answer whether any of them is another. */
export interface LastResults {
  /** As the runs now stand; asks nothing. */
  take(runs: readonly ShownRun[]): boolean
  /** Asks where runs come from that were not asked about before, or whose answer failed: it may come next time. */
  learn(runs: readonly ShownRun[]): Promise<boolean>
  of(file: string): LastResult | undefined
}

/** @param sourceOf path of the run file that the run of a directory was made from; never changes, so that it is asked once. */
export function createLastResults(sourceOf: (directory: string) => Promise<string>): LastResults {
  const sources = new Map<string, string>()
  let results: ReadonlyMap<string, LastResult> = new Map()
  const take = (runs: readonly ShownRun[]): boolean => {
    const before = results
    results = resultsOf(runs, sources)
    return !isSame(before, results)
  }
  return {
    take,
    learn: async (runs) => {
      const unknown = runs.filter((run) => isReadable(run) && !sources.has(run.card.directory))
      await Promise.all(unknown.map(async ({ card: { directory } }) => {
        const source = await sourceOf(directory).catch(() => undefined)
        if (source !== undefined) sources.set(directory, source)
      }))
      return take(runs)
    },
    of: (file) => results.get(file)
  }
}

function resultsOf(runs: readonly ShownRun[], sources: ReadonlyMap<string, string>): ReadonlyMap<string, LastResult> {
  const oldestFirst = [...runs].sort((a, b) => (a.card.createdAt < b.card.createdAt ? -1 : 1))
  return new Map(oldestFirst.flatMap((run) => {
    const source = sources.get(run.card.directory)
    return source === undefined ? [] : [[source, { title: lastResultTitle(run), directory: run.card.directory }] as const]
  }))
}

const isSame = (a: ReadonlyMap<string, LastResult>, b: ReadonlyMap<string, LastResult>): boolean =>
  a.size === b.size && [...a].every(([file, { title, directory }]) => b.get(file)?.title === title && b.get(file)?.directory === directory)
