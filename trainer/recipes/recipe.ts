import type { RowKind } from '../protocol/labelRows.ts'
import type { RunFileInput } from '../protocol/runFile.ts'

/** Vetted defaults under a name. What the run file says wins. */
export interface Recipe {
  readonly name: string
  /** One line: what it does and when to take it. */
  readonly description: string
  /** Authors, year, title. */
  readonly paper: string
  /** Without model, environment and seed, which only the run file can know. */
  readonly defaults: RecipeDefaults
  /** Kinds of rows of which it needs some where its algorithm could also do without; absent = what the algorithm takes. */
  readonly rows?: readonly RowKind[]
}

export type RecipeDefaults = Omit<Partial<RunFileInput>, 'recipe' | 'model' | 'environment' | 'environments' | 'seed' | 'name'>
