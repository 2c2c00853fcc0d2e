import { withRetries } from '../executing/retrying.ts'
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

const wallsOf = (kind: WasmKind): string => (kind.program().flags.length > 0 ? 'that may open no file and start no program' : 'of their own')

/** One failure of the machine is no reason to do without: the trial is made twice. */
const TRIES = { retries: 1, pauseSeconds: 0.2, signal: undefined }

async function probe(kind: WasmKind, { request, end, detail }: Trial): Promise<SandboxProbe> {
  const { name } = kind
  const sandbox = createWasmSandbox(kind, { workers: 1 })
  try {
    const tried = await withRetries(() => sandbox.execute(request), TRIES)
    if ('failure' in tried) return { name, works: false, detail: tried.failure, remedy: 'Install Rollout Lab again; the machine may be short of memory or processes' }
    const got = JSON.stringify(tried.value.calls[0]?.end)
    return got === end ? { name, works: true, detail: `${detail}, in processes ${wallsOf(kind)}`, remedy: '' } : { name, works: false, detail: `answered ${got}`, remedy: 'Install Rollout Lab again' }
  } finally {
    await sandbox.close()
  }
}
