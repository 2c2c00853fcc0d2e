/**
 * Python candidates on macOS, by sandbox-exec.
 *
 * Covered: no network; no file of the user's; writing only in a private folder; limits of wall and CPU time (of one process), output
 * and size of a file; an empty environment; each worker serves one candidate and is replaced, killed with its process group.
 * Not covered: limits of memory, of processes and of the number of files, which macOS has no way to set for a group of processes;
 * other processes can be seen, not signalled; what leaves its process group lives until it ends by itself, inside the sandbox.
 * A worker that ends in the middle counts as the candidate's doing, which can signal it. Anthropic's sandbox-runtime wraps the same
 * program and has none of these limits either.
 */
import path from 'node:path'
import { probePython } from '../probes/probePython.ts'
import { findPython, NO_PYTHON, requirePython } from '../python/findPython.ts'
import { createPythonSandbox, PYTHON } from '../python/pythonSandbox.ts'
import type { WorkerLaunch } from '../python/pythonWorker.ts'
import { makeScratch } from '../python/scratchFolder.ts'
import { WORKER_ENVIRONMENT, workerCommand, workerFolder } from '../python/workerProgram.ts'
import type { Sandbox, SandboxBackend, SandboxProbe } from '../sandbox.ts'
import { profileArguments } from './profile.ts'

export function sandboxExecBackend(options: { readonly workers?: number } = {}): SandboxBackend {
  return { name: 'sandbox-exec', ...PYTHON, runsPrograms: false, probe, open: () => openSandboxExec(options) }
}

const REMEDY = 'sandbox-exec comes with macOS; install Python 3 (xcode-select --install)'

async function probe(): Promise<SandboxProbe> {
  const failed = (detail: string): SandboxProbe => ({ name: 'sandbox-exec', works: false, detail, remedy: REMEDY })
  if (process.platform !== 'darwin') return failed(`not on ${process.platform}`)
  const python = await findPython()
  if (!python) return failed(NO_PYTHON)
  return probePython('sandbox-exec', await openSandboxExec({ workers: 1 }), { detail: `Python ${python.version}, a process for each candidate`, remedy: REMEDY })
}

async function openSandboxExec({ workers }: { readonly workers?: number }): Promise<Sandbox> {
  const python = await requirePython()
  const [prefix = path.dirname(python.program), base = prefix] = python.folders
  const launch = async (): Promise<WorkerLaunch> => {
    const { folder, remove } = await makeScratch()
    return {
      command: ['sandbox-exec', ...profileArguments({ python: base, prefix, program: workerFolder(), scratch: folder }), ...workerCommand(python.program, workerFolder(), { mode: 'plain', reusable: false })],
      environment: { ...WORKER_ENVIRONMENT, HOME: folder, TMPDIR: folder }, reusable: false, deathIsTheCandidates: true, cleanUp: remove
    }
  }
  return createPythonSandbox({ name: 'sandbox-exec', workers, launch })
}
