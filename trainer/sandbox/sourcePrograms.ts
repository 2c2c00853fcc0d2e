/** Programs of the sandboxes are TypeScript source in a working tree, where tsx runs it, and bundles beside the running code when installed. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

export const FROM_SOURCE = import.meta.url.endsWith('.ts')

/** Of the ES module, which lies beside the CommonJS one that `require` finds. */
export const urlOfTsx = (entry: 'tsx' | 'tsx/esm/api'): string =>
  pathToFileURL(createRequire(import.meta.url).resolve(entry).replace(/\.cjs$/, '.mjs')).href

/** What a thread runs to run a TypeScript file: it takes no `--import`, so that it registers tsx itself. */
export function threadFromSource(source: string): string {
  const start = `import { register } from ${JSON.stringify(urlOfTsx('tsx/esm/api'))}; register(); await import(${JSON.stringify(source)})`
  return `data:text/javascript,${encodeURIComponent(start)}`
}
