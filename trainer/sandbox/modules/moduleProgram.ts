import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { FROM_SOURCE, threadFromSource, urlOfTsx } from '../sourcePrograms.ts'

const folder = dirname(fileURLToPath(import.meta.url))

/** The module process, to be started under the Node that runs this one. */
export function moduleHostProgram(): { readonly file: string; readonly execArgv: readonly string[] } {
  return FROM_SOURCE
    ? { file: join(folder, 'moduleHostMain.ts'), execArgv: ['--import', urlOfTsx('tsx')] }
    : { file: join(folder, 'moduleHost.mjs'), execArgv: [] }
}

/** The thread behind SyncModule. */
export function syncModuleProgram(): URL {
  if (!FROM_SOURCE) return pathToFileURL(join(folder, 'syncModule.mjs'))
  return new URL(threadFromSource(pathToFileURL(join(folder, 'syncModuleMain.ts')).href))
}
