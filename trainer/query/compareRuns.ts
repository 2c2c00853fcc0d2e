import path from 'node:path'
import { z } from 'zod'
import type { RunComparison, RunDifference } from '../protocol/runViews.ts'
import { GitRecord } from '../stores/gitState.ts'
import { readJsonFile } from '../stores/jsonFile.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import type { QueryDatabase } from './database.ts'
import { ofReadableRuns } from './namedRuns.ts'
import { requireReadableRun } from './runCards.ts'
import type { RunRollouts } from './runRollouts.ts'

/** By dotted path, the JSON text of each value. */
type Flat = ReadonlyMap<string, string>

/**
 * What differs between runs: what they do, the code they were made with, and the problems they saw. One that cannot be read is
 * named and keeps nobody from comparing the others.
 */
export async function compareRuns(names: readonly string[], read: (name: string) => Promise<RunRollouts>, db: QueryDatabase): Promise<RunComparison> {
  const { found, unread } = await ofReadableRuns(names, read, async ({ name, run }) => ({ name, flat: await factsOf(run, db) }))
  const unreadable = unread.map(({ run, error }) => ({ run, problem: `${error.message}. ${error.remedy}` }))
  return { compared: found.map(({ name }) => name), unreadable, ...differencesOf(found.map(({ flat }) => flat)) }
}

function differencesOf(flats: readonly Flat[]): Pick<RunComparison, 'differences' | 'same'> {
  const paths = [...new Set(flats.flatMap((flat) => [...flat.keys()]))].sort()
  const all = paths.map((place): RunDifference => ({ path: place, values: flats.map((flat) => flat.get(place) ?? null) }))
  const differences = all.filter(({ values }) => new Set(values).size > 1)
  return { differences, same: all.length - differences.length }
}

const factsOf = async (run: RunRollouts, db: QueryDatabase): Promise<Flat> => new Map([...configOf(run.directory), ...gitOf(run.directory), ...(await dataOf(run, db))])

const Told = z.object({ run: z.record(z.string(), z.json()) })

/** Of a run that another program recorded, what it told: the defaults that are filled in when it is read are not its own. */
function configOf(directory: string): Flat {
  const { run: { $schema: _, ...run }, recorded } = requireReadableRun(directory)
  const told = recorded && readJsonFile(path.join(directory, RUN_FILES.run), Told)
  return flattened(told?.run ?? run, '')
}

function flattened(value: unknown, place: string): Map<string, string> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return new Map([[place, JSON.stringify(value)]])
  return new Map(Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [...flattened(inner, place === '' ? name : `${place}.${name}`)])))
}

function gitOf(directory: string): Flat {
  const git = readJsonFile(path.join(directory, RUN_FILES.git), GitRecord)
  if (git?.state !== 'recorded') return new Map([['git.state', JSON.stringify(git?.why ?? 'not recorded')]])
  return new Map([
    ['git.commit', JSON.stringify(git.commit ?? null)], ['git.branch', JSON.stringify(git.branch ?? null)],
    ['git.changed', JSON.stringify(git.changed)], ['git.patch', JSON.stringify(git.patch)]
  ])
}

/** How many different problems were trained on, and a hash of which, whatever their order. */
async function dataOf(run: RunRollouts, db: QueryDatabase): Promise<Flat> {
  const [found] = await db.rows(`SELECT CAST(count(*) AS INTEGER) AS problems, CAST(bit_xor(hash(problemId)) AS VARCHAR) AS content
    FROM (SELECT DISTINCT problemId FROM ${run.table} WHERE kind = 'train')`)
  return new Map([['data.problems', JSON.stringify(found?.problems ?? 0)], ['data.problemSet', JSON.stringify(found?.content ?? null)]])
}
