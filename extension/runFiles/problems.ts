import { findNodeAtLocation, parseTree } from 'jsonc-parser'
import type { Node } from 'jsonc-parser'
import { isAbsolute, join, resolve } from 'node:path'
import { plainLine } from '../plainText.ts'
import type { Catalogue } from './catalogue.ts'
import { environmentsOf, lengthOf, referencesOf, textAt } from './references.ts'
import type { Reference } from './references.ts'

/** Something in a run file that its schema cannot say. Offsets are UTF-16 units of the text. */
export interface RunFileProblem {
  readonly code: 'unknownRecipe' | 'unknownEnvironment' | 'noEnvironment' | 'twoEnvironments' | 'engine' | 'model' | 'data' | 'module' | 'stageName'
  readonly offset: number
  readonly length: number
  readonly message: string
  /** Absolute paths of what is missing, where that is a file or a folder: once one of them is there the problem may be gone. */
  readonly awaits?: readonly string[]
}

export interface RunFileFacts {
  readonly catalogue: Catalogue
  /** Folder of the run file. */
  readonly folder: string
  /** What lies at an absolute path; `unseen` where it must not be looked at. */
  look(path: string): Promise<'folder' | 'file' | 'nothing' | 'unseen'>
}

/** Unknown names and missing files. Nothing for a text that is no JSON object: the editor says that itself. */
export async function runFileProblems(text: string, facts: RunFileFacts): Promise<readonly RunFileProblem[]> {
  const root = parseTree(text, [], { allowTrailingComma: true })
  if (root?.type !== 'object') return []
  const missing = await Promise.all(referencesOf(root).map((reference) => referenceProblem(reference, facts)))
  return [...nameProblems(root, facts.catalogue), ...shapeProblems(root), ...missing.flat()].sort((a, b) => a.offset - b.offset)
}

function nameProblems(root: Node, { recipes, environments, engines }: Catalogue): RunFileProblem[] {
  const environmentNames = environmentsOf(root).map(({ path }) => [...path, 'name'])
  return [
    ...unknownName(root, ['recipe'], recipes.map(({ name }) => name), 'unknownRecipe', 'recipe'),
    ...environmentNames.flatMap((path) => unknownName(root, path, [...environments, 'module'], 'unknownEnvironment', 'problem set or environment')),
    ...unknownName(root, ['engine'], engines, 'engine', 'engine of this build')
  ]
}

function unknownName(root: Node, path: (string | number)[], known: readonly string[], code: RunFileProblem['code'], what: string): RunFileProblem[] {
  const written = textAt(root, path)
  const node = findNodeAtLocation(root, path)
  // A test engine is known to the trainer alone and offered to nobody.
  if (written === undefined || !node || known.includes(written) || (code === 'engine' && written === 'fake')) return []
  return [at(node, code, `“${plainLine(written, 60)}” is no ${what}. There are ${known.join(', ')}.`)]
}

function shapeProblems(root: Node): RunFileProblem[] {
  const own = findNodeAtLocation(root, ['environment'])
  const mixture = findNodeAtLocation(root, ['environments'])
  return [
    ...(own && mixture ? [at(mixture, 'twoEnvironments', '“environments” stands beside “environment”. Keep one of them.')] : []),
    ...(own || mixture || everyStageHasOne(root) ? [] : [noEnvironment(root)]),
    ...repeatedStages(root)
  ]
}

function everyStageHasOne(root: Node): boolean {
  const stages = lengthOf(root, ['stages'])
  return stages > 0 && Array.from({ length: stages }, (_, i) => i).every((i) => findNodeAtLocation(root, ['stages', i, 'environment']))
}

function noEnvironment(root: Node): RunFileProblem {
  const message = '“environment” is missing: nothing says which problems to train on. Add for example "environment": { "name": "arithmetic-chain" }.'
  return { code: 'noEnvironment', offset: root.offset, length: 1, message }
}

function repeatedStages(root: Node): RunFileProblem[] {
  const names = Array.from({ length: lengthOf(root, ['stages']) }, (_, i) => textAt(root, ['stages', i, 'name']))
  return names.flatMap((name, i) => {
    const node = findNodeAtLocation(root, ['stages', i, 'name'])
    if (name === undefined || !node || names.indexOf(name) === i) return []
    return [at(node, 'stageName', `An earlier stage is called “${plainLine(name, 60)}” already. Give every stage a name of its own.`)]
  })
}

async function referenceProblem(reference: Reference, { folder, look }: RunFileFacts): Promise<RunFileProblem[]> {
  const place = isAbsolute(reference.written) ? reference.written : resolve(folder, reference.written)
  const found = await look(place)
  if (found === 'unseen') return []
  const shown = `“${plainLine(reference.written, 80)}”`
  const looked = `(looked for ${plainLine(place, 300)})`
  if (reference.kind !== 'model') {
    const what = reference.kind === 'data' ? 'problem set' : 'module'
    return found === 'file' ? [] : [{ ...at(reference.node, reference.kind, `There is no ${what} ${shown} ${looked}. Name a file, relative to the run file.`), awaits: [place] }]
  }
  const config = join(place, 'config.json')
  if (found !== 'folder') return [{ ...at(reference.node, 'model', `There is no model folder ${shown} ${looked}. Name a folder, relative to the run file.`), awaits: [place, config] }]
  if ((await look(config)) !== 'nothing') return []
  return [{ ...at(reference.node, 'model', `${shown} is no model folder: it holds no config.json. A model has config.json, model.safetensors and tokenizer.json.`), awaits: [config] }]
}

const at = ({ offset, length }: Node, code: RunFileProblem['code'], message: string): RunFileProblem => ({ code, offset, length, message })
