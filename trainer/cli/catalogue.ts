import { z } from 'zod'
import { environmentNames, findEnvironment } from '../environments/registry.ts'
import { findRecipe, RECIPE_NAMES } from '../recipes/registry.ts'
import { withRecipe } from '../recipes/resolveRun.ts'
import { ENGINES } from './engines.ts'
import { REWARDS } from '../rewards/registry.ts'
import type { SchemaFindings } from '../runFiles/optionMistakes.ts'
import type { Catalogue } from '../runFiles/loadRunFile.ts'
import type { JsonSchema } from '../runFiles/schemaWalk.ts'

/** Recipes, environments and rewards that come with the trainer. */
export const shippedCatalogue: Catalogue = {
  engines: ENGINES,
  recipes: RECIPE_NAMES,
  withRecipe,
  rowsOf: (recipe) => findRecipe(recipe)?.rows,
  environments: environmentNames(),
  environmentIssues: (name, options) => findings(findEnvironment(name).options, options),
  mixIssues: (name, mix) => findings(findEnvironment(name).mix, mix),
  rewardIssues: (name, options) => findings(REWARDS[name].options, options)
}

function findings(schema: z.ZodType, value: unknown): SchemaFindings {
  return {
    issues: schema.safeParse(value).error?.issues ?? [],
    schema: z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' }) as JsonSchema
  }
}
