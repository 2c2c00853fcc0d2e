import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { nearestName } from '../nearestName.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { downloadRemedy, isHubName, isNameOfHub } from './hubModel.ts'
import type { Mistake } from './runFileError.ts'

/** Where a model is named; a run file, where nothing else is said. */
export interface NamedAt {
  readonly place: string
  /** Where relative paths start. */
  readonly base?: string
}

/** What is wrong with a model folder as people name it; undefined = nothing seen from outside. */
export function checkModelFolder(written: string, folder: string, { place, base = 'the run file' }: NamedAt, engine: ResolvedRun['engine']): Mistake | undefined {
  if (isHubName(written) && !existsSync(folder)) {
    const message = `"${written}" is not in the local cache of the hub (looked for ${folder});`
    return { code: 'model/not-in-cache', place, message, remedy: downloadRemedy(written) }
  }
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    const message = `"${written}" is no model folder: it does not exist (looked for ${folder});`
    return { code: 'model/missing', place, message, remedy: remedyFor(written, folder, base) }
  }
  if (engine !== 'fake' && !existsSync(join(folder, 'config.json'))) {
    return {
      code: 'model/not-a-model', place, message: `"${written}" is no model folder: it holds no config.json;`,
      remedy: modelWithin(written, folder) ?? 'name a folder in Hugging Face layout (config.json, model.safetensors, tokenizer.json)'
    }
  }
  return undefined
}

/** A folder around a model, as the directory of a run is one. */
function modelWithin(written: string, folder: string): string | undefined {
  const inner = readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'config.json')))
  return inner && `did you mean "${join(written, inner.name).replaceAll('\\', '/')}"?`
}

/** Written as the hub names its models, and nothing here is called like the organisation. */
const mayBeOfHub = (written: string, folder: string): boolean => isNameOfHub(written) && !existsSync(dirname(folder))

function remedyFor(written: string, folder: string, base: string): string {
  const nearest = nearestName(basename(folder), siblingFolders(folder))
  if (nearest === undefined) return `name an existing folder, relative to ${base}${mayBeOfHub(written, folder) ? `; a model of the hub is written "hub:${written}"` : ''}`
  const suggested = join(dirname(written), nearest).replaceAll('\\', '/')
  return `did you mean "${suggested}"?`
}

const siblingFolders = (folder: string): string[] => {
  const parent = resolve(folder, '..')
  if (!existsSync(parent) || !statSync(parent).isDirectory()) return []
  return readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}
