import { findNodeAtLocation, getNodeValue } from 'jsonc-parser'
import type { Node } from 'jsonc-parser'

export type JsonPath = readonly (string | number)[]

/** A place of a run file that names something outside it. */
export interface Reference {
  readonly kind: 'model' | 'data' | 'module'
  readonly path: JsonPath
  readonly node: Node
  /** As written: relative to the run file, or absolute. */
  readonly written: string
}

/** An environment that the run file names. */
export interface EnvironmentPlace {
  readonly path: JsonPath
  readonly node: Node
}

/** Environments whose problems lie in a file that their options name. */
const OF_FILES: ReadonlySet<string> = new Set(['jsonl', 'workspace'])

/** Everything in a run file that is a path: models, data sets, modules. */
export function referencesOf(root: Node): readonly Reference[] {
  const stages = lengthOf(root, ['stages'])
  const rewards = (path: JsonPath): JsonPath[] => indexes(lengthOf(root, [...path, 'rewards'])).map((i) => [...path, 'rewards', i])
  const rewardPaths: JsonPath[] = [...rewards([]), ...indexes(stages).flatMap((i) => rewards(['stages', i]))]
  const modules: JsonPath[] = [
    ['algorithm'], ...indexes(stages).map((i) => ['stages', i, 'algorithm']), ...rewardPaths, ...environmentsOf(root).map(({ path }) => path)
  ]
  return [
    ...referenceAt(root, 'model', ['model']),
    ...referenceAt(root, 'model', ['evaluation', 'rerank', 'model']),
    ...rewardPaths.flatMap((path) => (textAt(root, [...path, 'name']) === 'prm' ? referenceAt(root, 'model', [...path, 'options', 'model']) : [])),
    ...[[], ...indexes(stages).map((i) => ['stages', i])].flatMap((place) => referenceAt(root, 'data', [...place, 'data', 'file'])),
    ...referenceAt(root, 'data', ['parent', 'manifest']),
    ...modules.flatMap((path) => (textAt(root, [...path, 'name']) === 'module' ? referenceAt(root, 'module', [...path, 'path']) : [])),
    ...environmentsOf(root).flatMap(({ path }) => (OF_FILES.has(textAt(root, [...path, 'name']) ?? '') ? referenceAt(root, 'data', [...path, 'options', 'path']) : []))
  ]
}

/** The environments of the run, its mixture, its stages and what it watches for retention. */
export function environmentsOf(root: Node): readonly EnvironmentPlace[] {
  const paths: JsonPath[] = [
    ['environment'],
    ...indexes(lengthOf(root, ['environments'])).map((i) => ['environments', i]),
    ...indexes(lengthOf(root, ['stages'])).map((i) => ['stages', i, 'environment']),
    ...indexes(lengthOf(root, ['evaluation', 'retention'])).map((i) => ['evaluation', 'retention', i, 'environment'])
  ]
  return paths.flatMap((path) => {
    const node = findNodeAtLocation(root, [...path])
    return node ? [{ path, node }] : []
  })
}

export function textAt(root: Node, path: JsonPath): string | undefined {
  const value: unknown = valueAt(root, path)
  return typeof value === 'string' ? value : undefined
}

export function valueAt(root: Node, path: JsonPath): unknown {
  const node = findNodeAtLocation(root, [...path])
  return node && getNodeValue(node)
}

export function lengthOf(root: Node, path: JsonPath): number {
  const node = findNodeAtLocation(root, [...path])
  return node?.type === 'array' ? (node.children?.length ?? 0) : 0
}

function referenceAt(root: Node, kind: Reference['kind'], path: JsonPath): Reference[] {
  const node = findNodeAtLocation(root, [...path])
  // A model of the hub lies in its cache, wherever that is.
  const isFile = node?.type === 'string' && node.value !== '' && !String(node.value).startsWith('hub:')
  return node && isFile ? [{ kind, path, node, written: String(node.value) }] : []
}

const indexes = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
