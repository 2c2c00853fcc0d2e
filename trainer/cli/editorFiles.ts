import { z } from 'zod'
import { findEnvironment } from '../environments/registry.ts'
import { offerEngines } from '../protocol/jsonSchema.ts'
import { EnvironmentRef, isOffered, RunFile } from '../protocol/runFile.ts'
import { RECIPES } from '../recipes/registry.ts'
import { shippedCatalogue } from './catalogue.ts'

/** What editors need to know beyond the schema: catalogue.json beside the program. */
export interface EditorCatalogue {
  readonly version: 1
  readonly engines: readonly string[]
  readonly recipes: readonly { readonly name: string; readonly description: string; readonly paper: string }[]
  readonly environments: readonly string[]
}

export function editorCatalogue(): EditorCatalogue {
  const { engines, environments } = shippedCatalogue
  return {
    version: 1,
    engines: engines.filter(isOffered),
    recipes: RECIPES.map(({ name, description, paper }) => ({ name, description, paper })),
    environments
  }
}

type Json = Record<string, unknown>

/**
 * The schema of run files for an editor: names of recipes and environments are offered, and an environment's options by its
 * name. Any other name passes here, since only the program knows the nearest right one.
 */
export function editorSchema(): Json {
  const recipe = RunFile.shape.recipe.unwrap()
  const reference = EnvironmentRef.options[1]
  return {
    ...z.toJSONSchema(RunFile, {
      target: 'draft-7', io: 'input', unrepresentable: 'any',
      override: (context) => {
        const { zodSchema, jsonSchema } = context
        offerEngines(context)
        if (zodSchema === recipe) offerRecipes(jsonSchema as Json)
        if (zodSchema === reference) offerEnvironments(jsonSchema as Json)
      }
    }),
    title: 'Rollout Lab run file', allowComments: true, allowTrailingCommas: true
  }
}

function offerRecipes(schema: Json): void {
  schema['anyOf'] = [
    { enum: RECIPES.map(({ name }) => name), enumDescriptions: RECIPES.map(({ description, paper }) => `${description} ${paper}.`) },
    { type: 'string' }
  ]
}

function offerEnvironments(schema: Json): void {
  const names = [...shippedCatalogue.environments, 'module']
  const properties = schema['properties'] as Record<string, Json>
  properties['name'] = { ...properties['name'], anyOf: [{ enum: names }, { type: 'string' }] }
  schema['allOf'] = shippedCatalogue.environments.map((name) => ({
    if: { properties: { name: { const: name } }, required: ['name'] },
    then: { properties: { options: optionsSchema(name) } }
  }))
}

/** Without its own `$schema` and definitions, which belong to the whole. */
function optionsSchema(name: string): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(findEnvironment(name).options, { target: 'draft-7', io: 'input', unrepresentable: 'any' })
  return schema
}
