import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A program of this folder, to be started under the Node that runs this one. */
export interface ModuleProgram {
  readonly file: string
  readonly execArgv: readonly string[]
}

/** Beside the running code: TypeScript source in a working tree, a bundle of its own when installed. */
export function moduleProgram(source: 'moduleHostMain' | 'syncModuleMain', bundle: 'moduleHost' | 'syncModule'): ModuleProgram {
  const folder = dirname(fileURLToPath(import.meta.url))
  if (!import.meta.url.endsWith('.ts')) return { file: join(folder, `${bundle}.mjs`), execArgv: [] }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { file: join(folder, `${source}.ts`), execArgv: ['--import', tsx] }
}
