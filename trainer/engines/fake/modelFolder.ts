import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import type { OptimizerState } from './tableOptimizer.ts'
import { emptyTables, PARAMETERS } from './tabularPolicy.ts'
import type { Tables } from './tabularPolicy.ts'

/** What the fake engine keeps of a model; numbers survive JSON exactly. */
export interface StoredModel {
  readonly vocabulary: readonly string[]
  readonly contextLength: number
  readonly tables: Tables
  /** Whether the reward head was ever trained. */
  readonly hasHead: boolean
}

const MODEL = 'fake-model.json'
const OPTIMIZER = 'fake-optimizer.json'

export async function writeModel(folder: string, model: StoredModel, optimizer?: OptimizerState): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, MODEL), JSON.stringify({ ...model, tables: toArrays(model.tables) }))
  if (!optimizer) return rm(join(folder, OPTIMIZER), { force: true })
  const { steps, first, second } = optimizer
  await writeFile(join(folder, OPTIMIZER), JSON.stringify({ steps, first: toArrays(first), second: toArrays(second) }))
}

export async function readModel(folder: string): Promise<StoredModel> {
  const stored = (await readJson(folder, MODEL)) as { vocabulary: string[]; contextLength: number; tables: Record<string, number[]>; hasHead?: boolean }
  const { vocabulary, contextLength, hasHead = false } = stored
  return { vocabulary, contextLength, hasHead, tables: fromArrays(stored.tables, vocabulary.length) }
}

/** Undefined where the folder has none. */
export async function readOptimizer(folder: string, vocabularySize: number): Promise<OptimizerState | undefined> {
  if (!(await readdir(folder)).includes(OPTIMIZER)) return undefined
  const stored = (await readJson(folder, OPTIMIZER)) as { steps: number; first: Record<string, number[]>; second: Record<string, number[]> }
  return { steps: stored.steps, first: fromArrays(stored.first, vocabularySize), second: fromArrays(stored.second, vocabularySize) }
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name)
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new LabError('model', 'model/unreadable', `Cannot read ${path}.`, { remedy: 'Name a folder written by the fake engine.', place: path, cause })
  }
}

const toArrays = (tables: Tables): Record<string, number[]> => Object.fromEntries(PARAMETERS.map((table) => [table, [...tables[table]]]))

function fromArrays(arrays: Record<string, number[]>, vocabularySize: number): Tables {
  const tables = emptyTables(vocabularySize)
  for (const table of PARAMETERS) tables[table].set(arrays[table] ?? [])
  return tables
}
