import type { EnvironmentRef, ResolvedRun } from '../protocol/runFile.ts'
import { stageEnvironments } from '../protocol/stageEnvironments.ts'
import { dotted, showValue } from './explainIssues.ts'
import type { Places } from './explainIssues.ts'
import type { JsonPath } from './jsonDocument.ts'
import { below, optionMistakes } from './optionMistakes.ts'
import type { SchemaFindings } from './optionMistakes.ts'
import { suggestion } from '../nearestName.ts'
import type { Mistake } from './runFileError.ts'

export interface EnvironmentCatalogue {
  readonly environments: readonly string[]
  /** zod's findings on the options of an environment, with the schema that they break. */
  environmentIssues(name: string, options: unknown): SchemaFindings
  /** The same of the parameters of its trace generator. */
  mixIssues(name: string, mix: unknown): SchemaFindings
}

/** An environment with the path where the run file names it. */
export interface NamedEnvironment {
  readonly path: JsonPath
  readonly reference: EnvironmentRef
}

/** Every environment that the run names, with the path where it stands. */
export function environmentsOf(run: ResolvedRun): NamedEnvironment[] {
  const found: { path: JsonPath; reference: EnvironmentRef | undefined }[] = [
    { path: ['environment'], reference: run.environment },
    ...(run.environments ?? []).map((reference, i) => ({ path: ['environments', i], reference })),
    ...(run.stages ?? []).map(({ environment }, i) => ({ path: ['stages', i, 'environment'], reference: environment })),
    ...run.evaluation.retention.map(({ environment }, i) => ({ path: ['evaluation', 'retention', i, 'environment'], reference: environment }))
  ]
  return found.flatMap(({ path, reference }) => (reference ? [{ path, reference }] : []))
}

/** Unknown environments, missing module paths and wrong options. */
export function environmentMistakes(run: ResolvedRun, catalogue: EnvironmentCatalogue, places: Places): Mistake[] {
  return [
    ...(run.environment && run.environments ? [twoMixtures(places)] : []),
    ...bareStages(run).map((path) => noEnvironment(path, catalogue, places)),
    ...environmentsOf(run).flatMap((named) => referenceMistakes(named, catalogue, places))
  ]
}

function referenceMistakes({ path, reference }: NamedEnvironment, catalogue: EnvironmentCatalogue, places: Places): Mistake[] {
  const { name, options } = reference
  if (name === 'module') return moduleMistakes(reference, path, places)
  if (!catalogue.environments.includes(name)) return [unknownEnvironment(name, path, catalogue, places)]
  const prefix = [...path, 'options']
  return optionMistakes(catalogue.environmentIssues(name, options), { value: options, title: `the options of ${name}`, places: below(places, prefix), prefix })
}

/** Wrong parameters of the trace generators of supervised stages. */
export function mixMistakes(run: ResolvedRun, catalogue: EnvironmentCatalogue, places: Places): Mistake[] {
  return (run.stages ?? []).flatMap((stage, i) => {
    const algorithm = (stage.algorithm ?? run.algorithm).name
    const references = stageEnvironments(run, stage)
    const known = references.filter(({ name }) => algorithm === 'sft' && catalogue.environments.includes(name))
    const prefix = ['stages', i, 'demonstrations', 'mix']
    const { mix } = stage.demonstrations
    return known.flatMap(({ name }) => optionMistakes(catalogue.mixIssues(name, mix), { value: mix, title: `the mix of ${name}`, places: below(places, prefix), prefix }))
  })
}

function moduleMistakes(reference: EnvironmentRef, path: JsonPath, places: Places): Mistake[] {
  if ('path' in reference) return []
  return [{
    code: 'runFile/missing-field', place: places.place(path), message: `"${dotted([...path, 'path'])}" is missing;`,
    remedy: 'a module is named by its path, relative to the run file'
  }]
}

function unknownEnvironment(name: string, path: JsonPath, catalogue: EnvironmentCatalogue, places: Places): Mistake {
  return {
    code: 'runFile/unknown-environment', place: places.place([...path, 'name']),
    message: `"${dotted([...path, 'name'])}" is ${showValue(name)}, which is no environment;`,
    remedy: suggestion(name, [...catalogue.environments, 'module'], 'environments')
  }
}

function twoMixtures(places: Places): Mistake {
  return {
    code: 'runFile/two-environments', place: places.placeOfKey(['environments']), message: '"environments" stands beside "environment";',
    remedy: 'keep one of them'
  }
}

/** Where an environment is missing: the run has none and neither has the stage. */
function bareStages(run: ResolvedRun): JsonPath[] {
  if (run.environment || run.environments) return []
  if (!run.stages) return [[]]
  return run.stages.flatMap(({ environment }, i) => (environment ? [] : [['stages', i]]))
}

function noEnvironment(path: JsonPath, catalogue: EnvironmentCatalogue, places: Places): Mistake {
  return {
    code: 'runFile/missing-field', place: places.place(path), message: '"environment" is missing;',
    remedy: `name one of ${catalogue.environments.join(', ')}`
  }
}
