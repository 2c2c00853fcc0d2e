/**
 * Python candidates in containers of docker or podman.
 *
 * Covered: no network; a read-only image and nothing of the machine's files but the worker's program; /tmp in memory, limited in size and to 4,096 files; limits of
 * memory and processes by control groups, of each candidate also by the worker; no capabilities and no new privileges; candidates are
 * another user than the worker; each container serves one candidate and is removed with everything in it.
 * Not covered: starting one takes a good part of a second, which the pool hides only while candidates come slowly; the system calls
 * refused are those of the container program's own list; who may use docker is root on the machine, candidates are not.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { LabError } from '../../errors.ts'
import { probePython } from '../probes/probePython.ts'
import { createPythonSandbox, PYTHON } from '../python/pythonSandbox.ts'
import type { WorkerLaunch } from '../python/pythonWorker.ts'
import { WORKER_ENVIRONMENT, workerCommand, workerFolder } from '../python/workerProgram.ts'
import type { Sandbox, SandboxBackend, SandboxProbe } from '../sandbox.ts'
import { CANDIDATE_UID, containerArguments, IMAGE } from './containerArguments.ts'

const PROGRAMS = ['docker', 'podman']
const run = promisify(execFile)

export function containerBackend(options: { readonly workers?: number } = {}): SandboxBackend {
  return { name: 'container', ...PYTHON, runsPrograms: false, probe, open: () => openContainers(options) }
}

async function probe(): Promise<SandboxProbe> {
  const { program, faults } = await findProgram()
  const remedy = `Install and start docker or podman, then fetch the image once: docker pull ${IMAGE}; only needed where no other sandbox works`
  if (program === undefined) return { name: 'container', works: false, detail: faults.join('; '), remedy }
  return probePython('container', openWith(program, { workers: 1 }), { detail: `Python in a container of ${program} for each candidate`, remedy })
}

async function openContainers(options: { readonly workers?: number }): Promise<Sandbox> {
  const { program, faults } = await findProgram()
  if (program === undefined) throw new LabError('sandbox', 'sandbox/no-container', `No container program works: ${faults.join('; ')}.`, { remedy: 'Install and start docker or podman.' })
  return openWith(program, options)
}

/** The first whose service answers. */
async function findProgram(): Promise<{ readonly program?: string; readonly faults: readonly string[] }> {
  const faults: string[] = []
  for (const program of PROGRAMS) {
    try {
      await run(program, ['info'], { timeout: 20_000, windowsHide: true })
      return { program, faults }
    } catch (error) {
      const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
      faults.push(code === 'ENOENT' ? `no ${program}` : `${program}: ${stderr.trim().split('\n').at(-1) || 'does not answer'}`)
    }
  }
  return { faults }
}

function openWith(program: string, { workers }: { readonly workers?: number }): Sandbox {
  const launch = (): WorkerLaunch => {
    const name = `rollout-lab-${randomUUID()}`
    const environment = Object.entries(WORKER_ENVIRONMENT).flatMap(([key, value]) => ['--env', `${key}=${value}`])
    return {
      command: [program, ...containerArguments(name, workerFolder()), ...environment, IMAGE, ...workerCommand('python3', '/lab', { mode: 'plain', reusable: false, uid: CANDIDATE_UID })],
      environment: passedOn(), reusable: false, cleanUp: () => remove(program, name)
    }
  }
  return createPythonSandbox({ name: 'container', workers, launch })
}

/** The container outlives the program that started it. One that is gone already is what was wanted. */
async function remove(program: string, name: string): Promise<void> {
  await run(program, ['rm', '--force', name], { timeout: 60_000, windowsHide: true }).catch((error: unknown) => {
    if (!/no such container/i.test(String((error as { stderr?: string }).stderr))) throw error
  })
}

/** What docker and podman need to find their service. */
function passedOn(): Record<string, string> {
  const names = ['PATH', 'HOME', 'XDG_RUNTIME_DIR', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'SYSTEMROOT']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
}
