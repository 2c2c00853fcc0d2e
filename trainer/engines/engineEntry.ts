import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The program of an engine process. */
export interface EngineEntry {
  readonly file: string
  /** Flags of Node itself. */
  readonly execArgv: readonly string[]
}

/** The embedded engine's program beside the running code: TypeScript source in a working tree, one bundle when installed. */
export function onnxEngineEntry(runningCode: string = import.meta.url): EngineEntry {
  const folder = dirname(fileURLToPath(runningCode))
  if (!runningCode.endsWith('.ts')) return { file: join(folder, 'engine.mjs'), execArgv: [] }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { file: join(folder, 'onnx', 'main.ts'), execArgv: ['--import', tsx] }
}
