import { dirname, resolve } from 'node:path'
import { LabError } from '../errors.ts'
import { runFileJsonSchema } from '../protocol/jsonSchema.ts'
import type { RowKind } from '../protocol/labelRows.ts'
import { isOffered, RunFile } from '../protocol/runFile.ts'
import type { JsonPath } from './jsonDocument.ts'
import type { ResolvedRun, RewardRef } from '../protocol/runFile.ts'
import { withTorchDefaults } from '../recipes/torchDefaults.ts'
import { withAbsolutePaths } from './absolutePaths.ts'
import { dataMistakes } from './dataMistakes.ts'
import { environmentMistakes, mixMistakes } from './environmentMistakes.ts'
import type { EnvironmentCatalogue } from './environmentMistakes.ts'
import { rewardMistakes } from './rewardMistakes.ts'
import type { RewardCatalogue } from './rewardMistakes.ts'
import { modelPlace } from './hubModel.ts'
import { checkModelFolder } from './modelFolder.ts'
import { dotted, explainIssues, showValue } from './explainIssues.ts'
import type { Explained, Places } from './explainIssues.ts'
import { parseJsonDocument, readJsonDocument } from './jsonDocument.ts'
import { suggestion } from '../nearestName.ts'
import { placesOf } from './places.ts'
import { RunFileError } from './runFileError.ts'
import type { Mistake } from './runFileError.ts'
import { childOf } from './schemaWalk.ts'
import type { JsonSchema } from './schemaWalk.ts'
import { applySettings, parseSetting } from './setValues.ts'
import type { Setting } from './setValues.ts'
import { templateMistakes } from './templateMistakes.ts'

/** What may be named in a run file beyond the schema. */
export interface Catalogue extends EnvironmentCatalogue, RewardCatalogue {
  /** Engines that this build has. */
  readonly engines: readonly string[]
  readonly recipes: readonly string[]
  /** A run file's value over the defaults of the recipe that it names. */
  withRecipe(value: unknown): unknown
  /** Kinds of rows of which a recipe needs some, though its algorithm could do without. */
  rowsOf(recipe: string): readonly RowKind[] | undefined
}

export interface LoadedRunFile {
  /** Absolute. */
  readonly file: string
  /** Paths in the run file start here. */
  readonly folder: string
  /** Recipe, defaults and settings filled in; the paths of models, modules and data sets are absolute. */
  readonly run: ResolvedRun
  /** The text as it was written. */
  readonly text: string
  readonly places: Places
}

/**
 * Reads a run file (JSON with comments), applies `--set path=value` settings and checks all that can be checked without
 * starting anything.
 * @param shownAs the path as people typed it, for places in errors.
 * @param text what was read of the file before, in the place of what it holds now.
 * @throws RunFileError with every mistake found, each with its place, the value, what is allowed and the nearest name.
 */
export function loadRunFile(file: string, settings: readonly string[], catalogue: Catalogue, shownAs = file, text?: string): LoadedRunFile {
  const document = text === undefined ? readJsonDocument(file, shownAs) : parseJsonDocument(shownAs, text)
  refuseRecord(document.value, shownAs)
  const parsed = settings.map(parseSetting)
  const schema = runFileJsonSchema() as JsonSchema
  const places = placesOf(document, parsed)
  const merged = mergedValue(document.value, parsed, schema, { catalogue, places, shownAs })
  const checked = RunFile.safeParse(merged)
  const context: Explained = { schema, value: merged, places, title: 'the run file' }
  if (!checked.success) throw refusal(shownAs, explainIssues(checked.error.issues, context))
  const folder = dirname(resolve(file))
  RunFileError.refuse(shownAs, [
    ...engineMistakes(checked.data, catalogue, places),
    ...environmentMistakes(checked.data, catalogue, places),
    ...mixMistakes(checked.data, catalogue, places),
    ...rewardMistakes(checked.data, catalogue, places),
    ...stageMistakes(checked.data, places),
    ...modelMistakes(checked.data, folder, places),
    ...templateMistakes(checked.data, places),
    ...dataMistakes(checked.data, folder, places, rowsOfRecipe(checked.data, catalogue))
  ])
  return { file: resolve(file), folder, run: withTorchDefaults(withAbsolutePaths(checked.data, folder), merged), text: document.text, places }
}

/** The record that a run keeps of itself holds its run file; it is none. */
function refuseRecord(value: unknown, shownAs: string): void {
  const isRecord = typeof value === 'object' && value !== null && 'runId' in value && 'run' in value
  if (!isRecord) return
  throw new LabError('runFile', 'runFile/record', 'This is the record of a run, not a run file.', {
    place: shownAs, remedy: 'Go on with the run by `lab resume` and its folder; or copy what its field "run" holds into a run file (*.run.json) and run that.'
  })
}

interface Merging {
  readonly catalogue: Catalogue
  readonly places: Places
  readonly shownAs: string
}

/** Recipe < file < settings; a setting may also name the recipe, whose algorithm then takes the place of the file's: it is what a recipe is about. */
function mergedValue(value: unknown, settings: readonly Setting[], schema: JsonSchema, { catalogue, places, shownAs }: Merging): unknown {
  const choosesRecipe = ({ path }: Setting): boolean => path[0] === 'recipe'
  const named = applySettings(value, settings.filter(choosesRecipe), schema)
  refuseUnknownRecipe(named, catalogue, places, shownAs)
  const chosen = childOf(named, 'recipe') === childOf(value, 'recipe') ? named : withoutAlgorithm(named)
  return applySettings(catalogue.withRecipe(chosen), settings.filter((setting) => !choosesRecipe(setting)), schema)
}

const withoutAlgorithm = (value: unknown): unknown =>
  (typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'algorithm')) : value)

function refusal(file: string, mistakes: readonly Mistake[]): RunFileError {
  const [first, ...rest] = mistakes
  return new RunFileError(file, [first!, ...rest])
}

function refuseUnknownRecipe(value: unknown, catalogue: Catalogue, places: Places, file: string): void {
  const recipe = childOf(value, 'recipe')
  if (typeof recipe !== 'string' || catalogue.recipes.includes(recipe)) return
  RunFileError.refuse(file, [{
    code: 'runFile/unknown-recipe', place: places.place(['recipe']), message: `"recipe" is ${showValue(recipe)}, which is no recipe;`,
    remedy: suggestion(recipe, catalogue.recipes, 'recipes')
  }])
}

const rowsOfRecipe = ({ recipe }: ResolvedRun, catalogue: Catalogue): readonly RowKind[] | undefined => (recipe === undefined ? undefined : catalogue.rowsOf(recipe))

function engineMistakes({ engine }: ResolvedRun, { engines }: Catalogue, places: Places): Mistake[] {
  if (engines.includes(engine)) return []
  return [{
    code: 'runFile/engine-not-in-build', place: places.place(['engine']),
    message: `"engine" is "${engine}", which this build does not have;`, remedy: `it has ${engines.filter(isOffered).join(', ')}`
  }]
}

/** Records are keyed by stage name. */
function stageMistakes({ stages = [] }: ResolvedRun, places: Places): Mistake[] {
  return stages.flatMap(({ name }, i) => {
    if (stages.findIndex((stage) => stage.name === name) === i) return []
    const path = ['stages', i, 'name']
    const message = `"${dotted(path)}" is ${showValue(name)}, as an earlier stage is;`
    return [{ code: 'runFile/stage-name', place: places.place(path), message, remedy: 'give every stage a name of its own' }]
  })
}

function modelMistakes(run: ResolvedRun, folder: string, places: Places): Mistake[] {
  return namedModels(run).flatMap(({ path, model }) => {
    const mistake = checkModelFolder(model, modelPlace(model, folder), { place: places.place(path) }, run.engine)
    return mistake ? [mistake] : []
  })
}

/** The model to train and step reward models. */
function namedModels(run: ResolvedRun): { readonly path: JsonPath; readonly model: string }[] {
  const ofRewards = (rewards: readonly RewardRef[], path: JsonPath): { path: JsonPath; model: string }[] =>
    rewards.flatMap((reward, i) => (reward.name === 'prm' ? [{ path: [...path, i, 'options', 'model'], model: reward.options.model }] : []))
  const { rerank } = run.evaluation
  return [
    ...(typeof run.model === 'string' ? [{ path: ['model'], model: run.model }] : []),
    ...ofRewards(run.rewards, ['rewards']),
    ...(run.stages ?? []).flatMap((stage, i) => ofRewards(stage.rewards ?? [], ['stages', i, 'rewards'])),
    ...(rerank ? [{ path: ['evaluation', 'rerank', 'model'], model: rerank.model }] : [])
  ]
}
