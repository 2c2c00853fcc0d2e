import type { EnvironmentRef, ResolvedRun } from '../protocol/runFile.ts'
import { explainIssues, showValue } from './explainIssues.ts'
import type { Places } from './explainIssues.ts'
import type { JsonPath } from './jsonDocument.ts'
import { suggestion } from './nearestName.ts'
import type { Mistake } from './runFileError.ts'
import type { JsonSchema } from './schemaWalk.ts'

export interface EnvironmentCatalogue {
  readonly environments: readonly string[]
  /** zod's findings on the options of an environment, with the schema that they break. */
  environmentIssues(name: string, options: unknown): { readonly issues: Parameters<typeof explainIssues>[0]; readonly schema: JsonSchema }
}

/** Every environment that the run names, with the path where it stands. */
export function environmentsOf(run: ResolvedRun): { readonly path: JsonPath; readonly reference: EnvironmentRef }[] {
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
  const references = environmentsOf(run)
  if (references.length === 0) return [noEnvironment(catalogue, places)]
  return references.flatMap(({ path, reference }) => {
    if (reference.name === 'module') return moduleMistakes(reference, path, places)
    if (!catalogue.environments.includes(reference.name)) return [unknownEnvironment(reference.name, path, catalogue, places)]
    const { issues, schema } = catalogue.environmentIssues(reference.name, reference.options)
    const prefix = [...path, 'options']
    return explainIssues(issues, { schema, value: reference.options, places: below(places, prefix), title: `the options of ${reference.name}`, prefix })
  })
}

function moduleMistakes(reference: EnvironmentRef, path: JsonPath, places: Places): Mistake[] {
  if ('path' in reference) return []
  return [{ code: 'runFile/missing-field', place: places.place(path), message: `"${[...path, 'path'].join('.')}" is missing;`, remedy: 'a module is named by its path, relative to the run file' }]
}

function unknownEnvironment(name: string, path: JsonPath, catalogue: EnvironmentCatalogue, places: Places): Mistake {
  return {
    code: 'runFile/unknown-environment', place: places.place([...path, 'name']), message: `"${[...path, 'name'].join('.')}" is ${showValue(name)}, which is no environment;`,
    remedy: suggestion(name, [...catalogue.environments, 'module'], 'environments')
  }
}

const below = (places: Places, prefix: JsonPath): Places => ({
  place: (path) => places.place([...prefix, ...path]),
  placeOfKey: (path) => places.placeOfKey([...prefix, ...path])
})

function noEnvironment(catalogue: EnvironmentCatalogue, places: Places): Mistake {
  return {
    code: 'runFile/missing-field', place: places.place([]), message: '"environment" is missing;',
    remedy: `name one of ${catalogue.environments.join(', ')} or a recipe that brings one`
  }
}
