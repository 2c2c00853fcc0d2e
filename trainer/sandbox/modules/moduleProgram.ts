/**
 * The programs of this folder: TypeScript source in a working tree, where tsx runs it, and a bundle beside the running code
 * when installed.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))
const fromSource = import.meta.url.endsWith('.ts')
/** Of a package's ES module, which lies beside the CommonJS one that `require` finds. */
const urlOfPackage = (name: string): string =>
  pathToFileURL(createRequire(import.meta.url).resolve(name).replace(/\.cjs$/, '.mjs')).href

/** The module process, to be started under the Node that runs this one. */
export function moduleHostProgram(): { readonly file: string; readonly execArgv: readonly string[] } {
  return fromSource
    ? { file: join(folder, 'moduleHostMain.ts'), execArgv: ['--import', urlOfPackage('tsx')] }
    : { file: join(folder, 'moduleHost.mjs'), execArgv: [] }
}

/** The thread behind SyncModule. A thread takes no `--import`, so that source registers tsx itself. */
export function syncModuleProgram(): URL {
  if (!fromSource) return pathToFileURL(join(folder, 'syncModule.mjs'))
  const source = pathToFileURL(join(folder, 'syncModuleMain.ts')).href
  const start = `import { register } from ${JSON.stringify(urlOfPackage('tsx/esm/api'))}; register(); await import(${JSON.stringify(source)})`
  return new URL(`data:text/javascript,${encodeURIComponent(start)}`)
}
