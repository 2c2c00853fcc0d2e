import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The program of an engine process. */
export interface EngineEntry {
  readonly file: string
  /** Flags of the program that runs the file, before it. */
  readonly execArgv: readonly string[]
  /** What runs the file; default: the Node that runs this process. */
  readonly program?: ForeignProgram
}

/** An engine that is written in another language. */
export interface ForeignProgram {
  readonly path: string
  /** Folder that the process starts in: one of ours, so that nothing of the user's workspace is found by accident. */
  readonly folder: string
  /** Variables that it inherits besides those that every engine does. */
  readonly inherits: RegExp
  readonly environment: Readonly<Record<string, string>>
}

/** The embedded engine's program beside the running code: TypeScript source in a working tree, one bundle when installed. */
export function onnxEngineEntry(runningCode: string = import.meta.url): EngineEntry {
  const folder = dirname(fileURLToPath(runningCode))
  if (!runningCode.endsWith('.ts')) return { file: join(folder, 'engine.mjs'), execArgv: [] }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { file: join(folder, 'onnx', 'main.ts'), execArgv: ['--import', tsx] }
}
