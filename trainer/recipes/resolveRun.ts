import { z } from 'zod'
import { LabError } from '../errors.ts'
import { RunFile } from '../protocol/runFile.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { mergeSettings } from './mergeSettings.ts'
import { findRecipe, RECIPE_NAMES } from './registry.ts'

/**
 * A run file's value over the defaults of the recipe that it names; as it stands where it names none.
 * @throws LabError `runFile/unknown-recipe`.
 */
export function withRecipe(value: unknown): unknown {
  const name = recipeNameOf(value)
  if (name === undefined) return value
  const recipe = findRecipe(name)
  if (!recipe) {
    throw new LabError('runFile', 'runFile/unknown-recipe', `"${name}" is no recipe.`, {
      place: 'recipe',
      remedy: `Take one of ${RECIPE_NAMES.join(', ')}, or leave "recipe" out.`
    })
  }
  return mergeSettings(recipe.defaults, value)
}

/**
 * Schema defaults < recipe < run file < overrides. An override may name another recipe.
 * @throws LabError `runFile/unknown-recipe` or `runFile/invalid`.
 */
export function resolveRun(file: unknown, overrides: unknown = {}): ResolvedRun {
  const parsed = RunFile.safeParse(withRecipe(mergeSettings(file, overrides)))
  if (parsed.success) return parsed.data
  throw new LabError('runFile', 'runFile/invalid', z.prettifyError(parsed.error), { remedy: 'Correct the named fields.' })
}

/** Anything but a string is left to the schema, which refuses it. */
function recipeNameOf(value: unknown): string | undefined {
  const name = typeof value === 'object' && value !== null && 'recipe' in value ? value.recipe : undefined
  return typeof name === 'string' ? name : undefined
}
