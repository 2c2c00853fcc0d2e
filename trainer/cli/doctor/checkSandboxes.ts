import type { SandboxBackend, SandboxProbe } from '../../sandbox/sandbox.ts'
import { found, missing } from './finding.ts'
import type { Finding } from './finding.ts'

/** Each sandbox is tried by running a program in it: containers and some systems forbid what is installed. */
export function checkSandboxes(backends: readonly SandboxBackend[]): Promise<Finding[]> {
  return Promise.all(backends.map(async (backend) => findingOf(await backend.probe(), backend)))
}

function findingOf({ name, works, detail, remedy }: SandboxProbe, { languages, runsPrograms }: SandboxBackend): Finding {
  const what = [...languages, ...(runsPrograms ? ['tests of workspaces'] : [])].join(', ')
  return works ? found(`sandbox ${name}`, `${what}: ${detail}`) : missing(`sandbox ${name}`, `does not run here: ${detail}`, remedy)
}
