import { relative } from 'node:path'
import { plainLine } from '../plainText.ts'
import type { Catalogue } from '../runFiles/catalogue.ts'

/** A sample that comes with the extension. */
export interface Sample {
  readonly name: string
  /** Its run file, in the copy that runs are made from. */
  readonly file: string
  readonly notes: string
}

export type StartChoice =
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'recipe'; readonly recipe: string }

/** An entry of the quick pick; a heading has no choice. */
export interface StartItem {
  readonly label: string
  readonly description?: string
  readonly detail?: string
  readonly choice?: StartChoice
}

export interface StartSources {
  readonly samples: readonly Sample[]
  /** Absolute paths of the workspace's run files. */
  readonly files: readonly string[]
  readonly workspaceFolder: string | undefined
  readonly recipes: Catalogue['recipes']
}

/** What Start Run… offers: the workspace's own run files first, where there are any. */
export function startItems({ samples, files, workspaceFolder, recipes }: StartSources): readonly StartItem[] {
  return [
    ...section('Run files of this workspace', files.map((file) => fileItem(file, workspaceFolder))),
    ...section('Samples: start at once, no set-up', samples.map(sampleItem)),
    ...section('Recipes: write a new run file', recipes.map(recipeItem))
  ]
}

const section = (label: string, items: readonly StartItem[]): StartItem[] => (items.length > 0 ? [{ label }, ...items] : [])

function fileItem(file: string, workspaceFolder: string | undefined): StartItem {
  const shown = workspaceFolder === undefined ? file : relative(workspaceFolder, file)
  const name = shown.split(/[\\/]/).at(-1) ?? shown
  return { label: `$(file-code) ${plainLine(name, 80)}`, description: plainLine(shown, 120), choice: { kind: 'file', file } }
}

const sampleItem = (sample: Sample): StartItem =>
  ({ label: `$(beaker) ${plainLine(sample.name, 60)}`, detail: plainLine(sample.notes, 200), choice: { kind: 'sample', sample } })

const recipeItem = ({ name, description, paper }: Catalogue['recipes'][number]): StartItem =>
  ({ label: `$(new-file) ${name}`, description, detail: paper, choice: { kind: 'recipe', recipe: name } })

export interface ModelChoice {
  readonly label: string
  readonly description?: string
  /** Absolute folder; absent = browse. */
  readonly folder?: string
}

/** Models to choose from: the one that suits, the other samples', the workspace's, what runs left, then any folder. */
export function modelItems(samples: readonly ModelChoice[], workspace: readonly string[], ofRuns: readonly ModelChoice[]): readonly ModelChoice[] {
  return [
    ...headed('Base models of the samples', samples),
    ...headed('Models in this workspace', workspace.map((folder) => ({ label: plainLine(folder.split(/[\\/]/).at(-1) ?? folder, 80), description: plainLine(folder, 160), folder }))),
    ...headed('Made by runs', ofRuns.map(plainChoice)),
    { label: '$(folder) Choose a folder…', description: 'config.json, model.safetensors and tokenizer.json' }
  ]
}

/** Names of runs and of their checkpoints are whatever their records say. */
const plainChoice = ({ label, description, ...rest }: ModelChoice): ModelChoice => ({ label: plainLine(label, 80), ...(description !== undefined && { description: plainLine(description, 80) }), ...rest })

/** Headings carry no folder and no `$(folder)`: the caller makes them separators. */
export const isHeading = ({ label, folder }: ModelChoice): boolean => folder === undefined && !label.startsWith('$(')
const headed = (label: string, items: readonly ModelChoice[]): ModelChoice[] => (items.length > 0 ? [{ label }, ...items] : [])

/** `a.run.json`, or `a-2.run.json` where that is taken. */
export function freeName(stem: string, taken: (name: string) => boolean): string {
  const plain = stem.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 60) || 'run'
  for (let i = 1; ; i++) {
    const name = `${plain}${i === 1 ? '' : `-${i}`}.run.json`
    if (!taken(name)) return name
  }
}
