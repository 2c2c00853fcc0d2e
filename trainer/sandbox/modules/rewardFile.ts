import { LabError } from '../../errors.ts'
import { mainRewardPlace, rewardLanguage, rewardPartName, rewardPlaces } from '../../protocol/rewardFile.ts'
import type { RewardLanguage } from '../../protocol/rewardFile.ts'
import { readModuleSources } from './moduleSources.ts'
import type { ModuleSources } from './moduleSources.ts'
import { isSelfContained } from './rewardProgram.ts'

/** One function of a reward file, read and not yet run. */
export interface RewardFile {
  readonly sources: ModuleSources
  readonly source: string
  readonly language: RewardLanguage
  readonly functionName: string
  /** Of the function, from 1. */
  readonly line: number
  readonly partName: string
  /** A sandbox can run it. */
  readonly selfContained: boolean
}

/**
 * Reads a reward file and finds its function.
 * @param workspace folder that the file must lie in.
 * @throws LabError as reading sources does; `sandbox/missing-function`, `sandbox/not-loadable` for a syntax error.
 */
export function readRewardFile(path: string, workspace: string, wanted?: string): RewardFile {
  const sources = readModuleSources(path, workspace)
  const source = sources.sources[sources.entryUrl]!
  const language = rewardLanguage(sources.entry)
  const places = rewardPlaces(sources.entry, source)
  const place = wanted === undefined ? mainRewardPlace(sources.entry, places) : places.find(({ name }) => name === wanted)
  if (!place) throw missingFunction(path, wanted, places.map(({ name }) => name))
  return {
    sources, source, language, functionName: place.name, line: place.line,
    partName: rewardPartName(sources.entry, place.name), selfContained: loadable(path, () => isSelfContained(source, language))
  }
}

function loadable<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new LabError('sandbox', 'sandbox/not-loadable', `The reward file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      place: path, remedy: 'Correct the file.', cause: error
    })
  }
}

function missingFunction(path: string, wanted: string | undefined, names: readonly string[]): LabError {
  const list = names.join(', ')
  const several = names.length === 0 ? 'exports no function' : `has several functions (${list})`
  const what = wanted === undefined ? several : `has no function "${wanted}"${names.length > 0 ? `, but ${list}` : ''}`
  const write = 'Write `export function score(problem, completion, run) { … }`, in Python `def score(problem, completion, run):`.'
  return new LabError('sandbox', 'sandbox/missing-function', `The reward file ${path} ${what}.`, {
    place: path, remedy: names.length > 1 ? 'Name one of them in "function".' : write
  })
}
