/** The programs of workers: TypeScript source in a working tree, where tsx translates it, and a bundle beside the running code when installed. */
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))
const fromSource = import.meta.url.endsWith('.ts')

/** What a worker's thread runs, and what Node is told to keep from it. */
export interface WorkerProgram {
  readonly url: string
  readonly flags: readonly string[]
}

/** `name` is the bundle's, `source` the file's in a working tree. */
export function workerProgram(name: string, source: URL): WorkerProgram {
  if (fromSource) return { url: translated(source.href), flags: [] }
  const file = realpathSync(join(folder, `${name}.mjs`))
  return { url: pathToFileURL(file).href, flags: permissionFlags(file) }
}

/**
 * Node's permissions, behind WebAssembly as a second wall: no file but the program itself, no processes, no add-ons, and from Node 25
 * on no network. Translating source needs all of that, and Electron's Node is not sure to know them.
 */
function permissionFlags(file: string): string[] {
  const flag = ['--permission', '--experimental-permission'].find((name) => process.allowedNodeEnvironmentFlags.has(name))
  return flag === undefined || process.versions['electron'] !== undefined ? [] : [flag, '--allow-worker', `--allow-fs-read=${file}`]
}

/** A thread takes no `--import`, so that source registers tsx itself. */
function translated(source: string): string {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api').replace(/\.cjs$/, '.mjs')).href
  const start = `import { register } from ${JSON.stringify(tsx)}; register(); await import(${JSON.stringify(source)})`
  return `data:text/javascript,${encodeURIComponent(start)}`
}
