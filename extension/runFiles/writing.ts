import { applyEdits, modify, parseTree } from 'jsonc-parser'
import { isAbsolute, relative, resolve } from 'node:path'
import { referencesOf } from './references.ts'
import type { JsonPath } from './references.ts'

const FORMAT = { formattingOptions: { tabSize: 2, insertSpaces: true, eol: '\n' } }

/** The text with one value set, comments and layout kept; `undefined` takes the field out. */
export function withValue(text: string, path: JsonPath, value: unknown): string {
  return applyEdits(text, modify(text, [...path], value, FORMAT))
}

/** A run file for another folder: what it names by relative paths is still found, and the schema of the old place is left out. */
export function relocated(text: string, from: string, to: string): string {
  const root = parseTree(text, [], { allowTrailingComma: true })
  if (root?.type !== 'object') return text
  const moved = referencesOf(root)
    .filter(({ written }) => !isAbsolute(written))
    .reduce((result, { path, written }) => withValue(result, path, pathFrom(to, resolve(from, written))), text)
  return withValue(moved, ['$schema'], undefined)
}

/** Relative where the target lies below the folder or beside it, absolute elsewhere. Always with `/`. */
export function pathFrom(folder: string, target: string): string {
  const near = relative(folder, target)
  const far = isAbsolute(near) || near.split(/[\\/]/).filter((part) => part === '..').length > 2
  return (far ? target : near).replaceAll('\\', '/')
}

export interface NewRunFile {
  readonly name: string
  readonly recipe: string
  /** Absolute folder of a model. */
  readonly model: string
  readonly environment: unknown
  readonly engine?: string
  /** Folder that the file is to lie in. */
  readonly folder: string
  /** Sizes that suit the problems; from the sample of the environment. */
  readonly sizes: Readonly<Record<string, unknown>>
}

/** The text of a new run file, with a word on each field. */
export function newRunFile({ name, recipe, model, environment, engine, folder, sizes }: NewRunFile): string {
  const lines: [string, string, unknown][] = [
    ['name', 'Shown in lists of runs.', name],
    ['recipe', 'Vetted defaults; what is said below wins.', recipe],
    ['model', 'Folder of a Hugging Face model, relative to this file.', pathFrom(folder, model)],
    ['engine', 'What runs the model.', engine],
    ['environment', 'Where the problems come from.', environment],
    ['steps', 'RL steps.', sizes['steps']],
    ['problemsPerStep', 'Problems of a step, and rollouts of each.', sizes['problemsPerStep']],
    ['groupSize', '', sizes['groupSize']],
    ['sampling', 'A longer completion is cut off and counts as wrong.', sizes['sampling']],
    ['evaluation', 'Held-out problems, before and after and every so many steps; 0 = none.', sizes['evaluation']]
  ]
  const fields = lines.filter(([, , value]) => value !== undefined)
  const body = fields.map(([key, comment, value], i) => {
    const json = JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')
    return `${comment === '' ? '' : `  // ${comment}\n`}  ${JSON.stringify(key)}: ${json}${i < fields.length - 1 ? ',' : ''}`
  })
  return `{\n${body.join('\n')}\n}\n`
}
