import { z } from 'zod'
import { environmentNames, findEnvironment } from '../environments/registry.ts'
import { RECIPE_NAMES } from '../recipes/registry.ts'
import { withRecipe } from '../recipes/resolveRun.ts'
import { ENGINES } from './engines.ts'
import type { Catalogue } from '../runFiles/loadRunFile.ts'
import type { JsonSchema } from '../runFiles/schemaWalk.ts'

/** Recipes and environments that come with the trainer. */
export const shippedCatalogue: Catalogue = {
  engines: ENGINES,
  recipes: RECIPE_NAMES,
  withRecipe,
  environments: environmentNames(),
  environmentIssues: (name, options) => {
    const schema = findEnvironment(name).options
    return {
      issues: schema.safeParse(options).error?.issues ?? [],
      schema: z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' }) as JsonSchema
    }
  }
}
