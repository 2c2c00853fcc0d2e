import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { nearestName } from '../nearestName.ts'
import { isSupervised, KINDS_OF_ROWS } from '../protocol/algorithmOptions.ts'
import type { ResolvedRun, Stage, TrainingData } from '../protocol/runFile.ts'
import { showValue } from './explainIssues.ts'
import type { Places } from './explainIssues.ts'
import type { JsonPath } from './jsonDocument.ts'
import type { Mistake } from './runFileError.ts'

/** Data with the path where the run file names it. */
interface NamedData {
  readonly path: JsonPath
  readonly data: TrainingData
}

/** What is wrong with the rows that a run names, as far as it shows without reading them. */
export function dataMistakes(run: ResolvedRun, folder: string, places: Places): Mistake[] {
  return [
    ...namedData(run).flatMap((named) => fileMistakes(named, folder, places)),
    ...stagesOf(run).flatMap(({ stage, path }) => stageMistakes(run, stage, path, places)),
    ...unusedMistakes(run, places)
  ]
}

/** The stages that run, with their paths; a run without a list has one stage, itself. */
function stagesOf(run: ResolvedRun): { readonly stage: Stage | undefined; readonly path: JsonPath }[] {
  return run.stages ? run.stages.map((stage, i) => ({ stage, path: ['stages', i] })) : [{ stage: undefined, path: [] }]
}

function namedData({ data, stages = [] }: ResolvedRun): NamedData[] {
  return [...(data ? [{ path: ['data'], data }] : []), ...stages.flatMap((stage, i) => (stage.data ? [{ path: ['stages', i, 'data'], data: stage.data }] : []))]
}

function fileMistakes({ path, data }: NamedData, folder: string, places: Places): Mistake[] {
  const file = resolve(folder, data.file)
  if (existsSync(file) && statSync(file).isFile()) return []
  const nearest = nearestName(basename(file), siblingFiles(file))
  const remedy = nearest === undefined ? 'name a file of rows, relative to the run file; `lab labels export` writes them' : `did you mean "${join(dirname(data.file), nearest).replaceAll('\\', '/')}"?`
  return [{ code: 'dataset/unreadable', place: places.place([...path, 'file']), message: `${showValue(data.file)} is no file of rows: it does not exist (looked for ${file});`, remedy }]
}

function siblingFiles(file: string): string[] {
  const folder = dirname(file)
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return []
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.name)
}

/** A stage without rows that it needs, or with rows that it cannot learn from. */
function stageMistakes(run: ResolvedRun, stage: Stage | undefined, path: JsonPath, places: Places): Mistake[] {
  const algorithm = stage?.algorithm ?? run.algorithm
  const takesLabels = refinesByLabels(run, stage)
  if (!isSupervised(algorithm) && !takesLabels) return []
  const [kinds, learner] = isSupervised(algorithm) ? [KINDS_OF_ROWS[algorithm.name], algorithm.name] : [['critiques'], 'a critic of labels']
  const data = stage?.data ?? run.data
  if (!data) {
    if (algorithm.name === 'sft') return []
    const where = stage ? places.place(path) : places.place([])
    return [{ code: 'runFile/missing-field', place: where, message: `"data" is missing: ${learner} learns from rows;`, remedy: `name a file of ${kinds.join(' or ')}; \`lab labels export\` writes them` }]
  }
  if (kinds.includes(data.kind)) return []
  const at = stage?.data ? [...path, 'data', 'kind'] : ['data', 'kind']
  return [{ code: 'runFile/data', place: places.place(at), message: `the rows are ${data.kind}, and ${learner} learns from ${kinds.join(' or ')};`, remedy: `export rows of that kind, or take another recipe` }]
}

/** Whether rollouts of the stage are refined under critiques that people wrote. */
function refinesByLabels(run: ResolvedRun, stage: Stage | undefined): boolean {
  const rollouts = stage?.rollouts ?? run.rollouts
  return rollouts.strategy === 'critiqueRefine' && rollouts.critic === 'labels'
}

/** Rows that nothing learns from: people would think that they count. */
function unusedMistakes(run: ResolvedRun, places: Places): Mistake[] {
  const learns = (stage: Stage | undefined): boolean => isSupervised(stage?.algorithm ?? run.algorithm) || refinesByLabels(run, stage)
  const stages = stagesOf(run)
  const unused = [
    ...(run.data && !stages.some(({ stage }) => learns(stage) && stage?.data === undefined) ? [['data']] : []),
    ...stages.flatMap(({ stage, path }) => (stage?.data && !learns(stage) ? [[...path, 'data']] : []))
  ]
  return unused.map((path) => ({
    code: 'runFile/data', place: places.placeOfKey(path), message: 'no stage learns from these rows;',
    remedy: 'take a recipe that does (sft-labels, cft, dpo, rationale-preference, prm), or leave "data" out'
  }))
}
