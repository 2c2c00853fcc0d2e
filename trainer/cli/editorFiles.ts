import { z } from 'zod'
import { findEnvironment } from '../environments/registry.ts'
import { runFileJsonSchema } from '../protocol/jsonSchema.ts'
import { EnvironmentRef, isOffered, RewardRef, RunFile } from '../protocol/runFile.ts'
import { RECIPES } from '../recipes/registry.ts'
import { REWARDS } from '../rewards/registry.ts'
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
 * The schema of run files with all that this build knows, as `lab schema` prints it and editors take it: names of recipes and environments are
 * offered, and the options of environments and rewards by their names. Any other recipe or environment passes here, since only the program
 * knows the nearest right one.
 */
export function runFileSchema(): Json {
  const recipe = RunFile.shape.recipe.unwrap()
  const environment = EnvironmentRef.options[1]
  const reward = RewardRef.options[1]
  const schema = runFileJsonSchema(({ zodSchema, jsonSchema }) => {
    if (zodSchema === recipe) offerRecipes(jsonSchema as Json)
    if (zodSchema === environment) offerEnvironments(jsonSchema as Json)
    if (zodSchema === reward) offerOptions(jsonSchema as Json, Object.entries(REWARDS).map(([name, { options }]) => ({ name, options })))
  })
  return { ...schema, allowComments: true, allowTrailingCommas: true }
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
  offerOptions(schema, shippedCatalogue.environments.map((name) => findEnvironment(name)))
}

/** What the `options` of each name may say. */
function offerOptions(schema: Json, named: readonly { readonly name: string; readonly options: z.ZodType }[]): void {
  schema['allOf'] = named.map(({ name, options }) => ({
    if: { properties: { name: { const: name } }, required: ['name'] },
    then: { properties: { options: optionsSchema(options) } }
  }))
}

/** Without its own `$schema` and definitions, which belong to the whole. */
function optionsSchema(options: z.ZodType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(options, { target: 'draft-7', io: 'input', unrepresentable: 'any' })
  return schema
}
