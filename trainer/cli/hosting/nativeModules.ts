import { LabError } from '../../errors.ts'

/** Packages with compiled code: they may refuse to load under a Node that they were not made for. */
const NATIVE_MODULES = ['onnxruntime-node', '@duckdb/node-api'] as const

/** Loads each native module once, so that a Node which cannot is found out before a run begins. @throws LabError `host/native-module` */
export async function requireNativeModules(load: (name: string) => Promise<unknown> = (name) => import(name)): Promise<void> {
  for (const name of NATIVE_MODULES) {
    try {
      await load(name)
    } catch (error) {
      throw cannotLoad(name, error)
    }
  }
}

function cannotLoad(name: string, error: unknown): LabError {
  const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
  const { node, electron } = process.versions
  const under = electron === undefined ? `Node ${node}` : `the Node ${node} of Electron ${electron}`
  return new LabError('engine', 'host/native-module', `${name} does not load under ${under} (${process.platform} ${process.arch}): ${why}`, {
    place: process.execPath, remedy: 'Install Node 20.19 or newer, so that it is found on the PATH, and start the run again.', cause: error
  })
}
