/** What this build knows by name; written beside the bundle when it is built. */
export interface Catalogue {
  readonly engines: readonly string[]
  readonly recipes: readonly RecipeEntry[]
  readonly environments: readonly string[]
}

export interface RecipeEntry {
  readonly name: string
  readonly description: string
  readonly paper: string
}

export const parseCatalogue = (text: string): Catalogue => JSON.parse(text) as Catalogue
