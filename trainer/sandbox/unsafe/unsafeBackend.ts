/**
 * Python candidates in plain processes, for people who said that they want it: by a flag of its own on the command line, or in a
 * dialog that says what it means, never by a run file or a setting, never in a workspace that is not trusted.
 *
 * Covered: limits of wall and CPU time, memory, output and size of a file; a folder and an environment of its own; on Linux, death
 * with all that a candidate started.
 * Not covered: everything else. A candidate can read and write what the user can, use the network and reach other processes. A worker
 * that ends in the middle counts as the candidate's doing, which it most likely is.
 */
import { probePython } from '../probes/probePython.ts'
import { findPython, NO_PYTHON, requirePython } from '../python/findPython.ts'
import { createPythonSandbox, PYTHON } from '../python/pythonSandbox.ts'
import type { WorkerLaunch } from '../python/pythonWorker.ts'
import { makeScratch } from '../python/scratchFolder.ts'
import { WORKER_ENVIRONMENT, workerCommand, workerFolder } from '../python/workerProgram.ts'
import type { Sandbox, SandboxBackend } from '../sandbox.ts'

export function unsafeBackend(options: { readonly workers?: number } = {}): SandboxBackend {
  return {
    name: 'unsafe', ...PYTHON, runsPrograms: false,
    probe: async () => {
      const python = await findPython()
      const words = { detail: `Python ${python?.version} as a plain process, with no protection`, remedy: 'Install Python 3' }
      return python ? probePython('unsafe', await openUnsafe({ workers: 1 }), words) : { name: 'unsafe', works: false, detail: NO_PYTHON, remedy: words.remedy }
    },
    open: () => openUnsafe(options)
  }
}

async function openUnsafe({ workers }: { readonly workers?: number }): Promise<Sandbox> {
  const python = await requirePython()
  const launch = async (): Promise<WorkerLaunch> => {
    const { folder, remove } = await makeScratch()
    return {
      command: workerCommand(python.program, workerFolder(), { mode: 'plain', reusable: false }),
      environment: { ...WORKER_ENVIRONMENT, PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder },
      reusable: false, deathIsTheCandidates: true, cleanUp: remove
    }
  }
  return createPythonSandbox({ name: 'unsafe', workers, launch })
}
