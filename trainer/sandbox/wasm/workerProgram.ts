import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { FROM_SOURCE, threadFromSource } from '../sourcePrograms.ts'

const folder = dirname(fileURLToPath(import.meta.url))

/** What a worker's thread runs, and what Node is told to keep from it. */
export interface WorkerProgram {
  readonly url: string
  readonly flags: readonly string[]
}

/** `name` is the bundle's, `source` the file's in a working tree. */
export function workerProgram(name: string, source: URL): WorkerProgram {
  if (FROM_SOURCE) return { url: threadFromSource(source.href), flags: [] }
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
