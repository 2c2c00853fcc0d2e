import { bubblewrapBackend } from '../../trainer/sandbox/bubblewrap/bubblewrapBackend.ts'
import { containerBackend } from '../../trainer/sandbox/container/containerBackend.ts'
import type { SandboxBackend } from '../../trainer/sandbox/sandbox.ts'
import { sandboxExecBackend } from '../../trainer/sandbox/sandboxExec/sandboxExecBackend.ts'
import { unsafeBackend } from '../../trainer/sandbox/unsafe/unsafeBackend.ts'

export interface Tried {
  readonly backend: SandboxBackend
  /** False for plain processes: only limits stand against a candidate. */
  readonly walls: boolean
  /** Whether workers live on, so that the processes before and after a candidate are the same ones. */
  readonly warm: boolean
}

const PYTHON: readonly Tried[] = [
  { backend: bubblewrapBackend({ workers: 2 }), walls: true, warm: true },
  { backend: sandboxExecBackend({ workers: 2 }), walls: true, warm: false },
  { backend: containerBackend({ workers: 2 }), walls: true, warm: false },
  { backend: unsafeBackend({ workers: 2 }), walls: false, warm: false }
]

/** The backends for Python that run on this machine; a plain line names each that does not, since `what` is then untested in it. */
export async function workingBackends(what: string): Promise<readonly Tried[]> {
  const probes = await Promise.all(PYTHON.map(({ backend }) => backend.probe()))
  probes.filter(({ works }) => !works).forEach(({ name, detail }) => console.log(`  ${what} in ${name}: untested here (${detail}).`))
  return PYTHON.filter((_, i) => probes[i]!.works)
}
