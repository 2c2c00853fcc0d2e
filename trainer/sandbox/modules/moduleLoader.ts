import { register } from 'node:module'
import type { LoadParams } from './moduleRpc.ts'
import type { UserModule } from './userModule.ts'
import { withoutTypes } from './withoutTypes.ts'

/**
 * Hooks that serve the approved sources from memory and nothing else: what was hashed is what runs, whatever lies on disk
 * by now. A string, since the hooks run in a thread of their own that loads neither TypeScript nor this bundle.
 */
const HOOKS = `
import { isBuiltin } from 'node:module'
let approved
export function initialize(data) { approved = data }
export function resolve(specifier, context, next) {
  if (specifier === approved.entryUrl && context.parentURL !== undefined && !(context.parentURL in approved.links)) {
    return { url: specifier, format: 'module', shortCircuit: true }
  }
  const links = approved.links[context.parentURL]
  if (links === undefined || isBuiltin(specifier)) return next(specifier, context)
  if (Object.hasOwn(links, specifier)) return { url: links[specifier], format: 'module', shortCircuit: true }
  throw new Error('cannot import ' + JSON.stringify(specifier) + ': a module may import relative files by a literal path and node: modules')
}
export function load(url, context, next) {
  if (!Object.hasOwn(approved.sources, url)) return next(url, context)
  return { format: 'module', source: approved.sources[url], shortCircuit: true }
}
`

const TYPED = /\.m?ts$/

/** Runs the module. Rejects with what it throws, or with a syntax error naming file and line. */
export async function loadModule({ entryUrl, sources, links }: LoadParams): Promise<UserModule> {
  const runnable = Object.fromEntries(Object.entries(sources).map(([url, source]) => [url, TYPED.test(url) ? withoutTypes(source, url) : source]))
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { parentURL: import.meta.url, data: { entryUrl, sources: runnable, links } })
  return (await import(entryUrl)) as UserModule
}
