import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { nearestName } from '../nearestName.ts'
import { isSupervised, KINDS_OF_ROWS } from '../protocol/algorithmOptions.ts'
import type { RowKind } from '../protocol/labelRows.ts'
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

/** A stage with its path; the run itself where it has no list of stages. */
interface StagePlace {
  readonly stage: Stage | undefined
  readonly path: JsonPath
}

/**
 * What is wrong with the rows that a run names, as far as it shows without reading them.
 * @param rows the kinds of which the run's recipe needs some, where it says so.
 */
export function dataMistakes(run: ResolvedRun, folder: string, places: Places, rows?: readonly RowKind[]): Mistake[] {
  return [
    ...namedData(run).flatMap((named) => fileMistakes(named, folder, places)),
    ...stagesOf(run).flatMap((place) => stageMistakes(run, place, places)),
    ...recipeMistakes(run, places, rows),
    ...unusedMistakes(run, places)
  ]
}

/** The stages that run, with their paths; a run without a list has one stage, itself. */
function stagesOf(run: ResolvedRun): StagePlace[] {
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

interface Learner {
  readonly name: string
  readonly kinds: readonly RowKind[]
  /** Without rows it learns from demonstrations of the environment. */
  readonly canDoWithout: boolean
}

/** What learns from rows in a stage; undefined = nothing. */
function learnerOf(run: ResolvedRun, stage: Stage | undefined): Learner | undefined {
  const algorithm = stage?.algorithm ?? run.algorithm
  if (!isSupervised(algorithm)) return refinesByLabels(run, stage) ? { name: 'a critic of labels', kinds: ['critiques'], canDoWithout: false } : undefined
  return { name: algorithm.name, kinds: KINDS_OF_ROWS[algorithm.name], canDoWithout: algorithm.name === 'sft' }
}

/** A stage without rows that it needs, or with rows that it cannot learn from. */
function stageMistakes(run: ResolvedRun, { stage, path }: StagePlace, places: Places): Mistake[] {
  const learner = learnerOf(run, stage)
  if (!learner) return []
  const { kinds, canDoWithout } = learner
  const data = stage?.data ?? run.data
  if (!data) return canDoWithout ? [] : [missingData(learner, places.place(path))]
  if (kinds.includes(data.kind)) return []
  const at = stage?.data ? [...path, 'data', 'kind'] : ['data', 'kind']
  return [wrongKind(learner, data, places.place(at))]
}

/** A recipe that is about rows, none of whose stages has any of that kind: other stages may learn from what they like. */
function recipeMistakes(run: ResolvedRun, places: Places, kinds: readonly RowKind[] | undefined): Mistake[] {
  if (!kinds) return []
  const supervised = stagesOf(run).filter(({ stage }) => isSupervised(stage?.algorithm ?? run.algorithm))
  const found = supervised.flatMap(({ stage, path }) => {
    const data = stage?.data ?? run.data
    return data ? [{ data, path: [...(stage?.data ? path : []), 'data', 'kind'] }] : []
  })
  if (found.some(({ data }) => kinds.includes(data.kind))) return []
  const learner = { name: `the recipe ${run.recipe}`, kinds }
  const [first] = found
  return [first ? wrongKind(learner, first.data, places.place(first.path)) : missingData(learner, places.place(supervised[0]?.path ?? []))]
}

type Named = Pick<Learner, 'name' | 'kinds'>

const wrongKind = ({ name, kinds }: Named, { kind }: TrainingData, place: string): Mistake => ({
  code: 'runFile/data', place, message: `the rows are ${kind}, and ${name} learns from ${kinds.join(' or ')};`, remedy: 'export rows of that kind, or take another recipe'
})

const missingData = ({ name, kinds }: Named, place: string): Mistake => ({
  code: 'runFile/missing-field', place, message: `"data" is missing: ${name} learns from rows;`, remedy: `name a file of ${kinds.join(' or ')}; \`lab labels export\` writes them`
})

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
