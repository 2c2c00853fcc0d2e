import type { ExecutionRequest, SandboxBackend, SandboxProbe } from '../sandbox.ts'
import { createWasmSandbox } from './wasmSandbox.ts'
import type { WasmKind, WasmOptions } from './wasmSandbox.ts'

/** Something harmless, and how it must end. */
export interface Trial {
  readonly request: ExecutionRequest
  readonly end: string
  /** What works, in a few words. */
  readonly detail: string
}

export function wasmBackend(kind: WasmKind, trial: Trial, options: WasmOptions): SandboxBackend {
  const { name, languages, styles } = kind
  return { name, languages, styles, runsPrograms: false, probe: () => probe(kind, trial), open: () => createWasmSandbox(kind, options) }
}

async function probe(kind: WasmKind, { request, end, detail }: Trial): Promise<SandboxProbe> {
  const { name } = kind
  const sandbox = createWasmSandbox(kind, { workers: 1 })
  try {
    const { calls: [first] } = await sandbox.execute(request)
    const got = JSON.stringify(first?.end)
    return got === end ? { name, works: true, detail, remedy: '' } : { name, works: false, detail: `answered ${got}`, remedy: 'Install Rollout Lab again' }
  } catch (error) {
    return { name, works: false, detail: (error as Error).message, remedy: 'Install Rollout Lab again; the machine may be short of memory or processes' }
  } finally {
    await sandbox.close()
  }
}
