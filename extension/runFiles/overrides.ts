import { isAbsolute, resolve } from 'node:path'
import type { ResolvedRun } from '../../trainer/protocol/runFile.ts'
import { resolveRun, withRecipe } from '../../trainer/recipes/resolveRun.ts'
import { withTorchDefaults } from '../../trainer/recipes/torchDefaults.ts'
import type { JsonPath } from './references.ts'

/** A field of a run that is not as its file and recipe have it; `undefined` = the run has none. */
export interface Override {
  readonly path: JsonPath
  readonly value: unknown
}

/** A run file as it was when a run was made from it: what it held, and the folder that its paths start from. */
export interface RunFileValue {
  readonly value: unknown
  readonly folder: string
}

/** Of no consequence to what the run does, or made anew for each run: the name, the weights, the hash of data. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['$schema', 'name', 'notes', 'model', 'data.sha256'])

/**
 * What a run was started with in the place of what its file says: another engine, seed, number of threads, device, and every
 * other setting. A file that this version cannot resolve says nothing, so that the whole run is told.
 */
export function overridesOf(run: ResolvedRun, file: RunFileValue): readonly Override[] {
  return differences(plain(resolved(file.value, run.engine)), plain(run), [], file.folder)
}

/** @param engine of the run: PyTorch has defaults of its own, which are nothing that people chose. */
function resolved(value: unknown, engine: ResolvedRun['engine']): unknown {
  try {
    const base = resolveRun(value)
    return { ...withTorchDefaults({ ...base, engine }, withRecipe(value)), engine: base.engine }
  } catch {
    return {}
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown

function differences(base: unknown, run: unknown, path: JsonPath, folder: string): readonly Override[] {
  if (NOT_COMPARED.has(path.join('.')) || isSame(base, run, folder)) return []
  if (!isObject(base) || !isObject(run) || isAnother(base, run, path)) return [{ path, value: run }]
  const keys = [...new Set([...Object.keys(base), ...Object.keys(run)])]
  return keys.flatMap((key) => differences(base[key], run[key], [...path, key], folder))
}

/** A resolved run has absolute paths where its file may have relative ones. */
function isSame(base: unknown, run: unknown, folder: string): boolean {
  if (typeof base === 'string' && typeof run === 'string') return base === run || (isAbsolute(run) && resolve(folder, base) === run)
  if (Array.isArray(base) && Array.isArray(run)) return base.length === run.length && base.every((each, i) => isSame(each, run[i], folder))
  if (!isObject(base) || !isObject(run)) return base === run
  const keys = new Set([...Object.keys(base), ...Object.keys(run)])
  return [...keys].every((key) => isSame(base[key], run[key], folder))
}

type JsonObject = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Another algorithm or environment has other options: it replaces the one that the file names. The run's own name is a label. */
const isAnother = (base: JsonObject, run: JsonObject, path: JsonPath): boolean => path.length > 0 && base['name'] !== run['name']
