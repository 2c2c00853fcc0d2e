/**
 * Candidates and test runners on Linux, in sandboxes of bubblewrap.
 *
 * Covered: no network (a network namespace of its own; sockets of other families are refused); no file of the machine but the system's
 * programs and libraries, the installation of Python and what a command is given, all read-only; a private /tmp of limited size and
 * number of files; a PID namespace for each candidate, so that it sees and reaches no other process and dies with all that it
 * started; a session of its own; no capabilities, no new privileges, no new namespaces, a list of refused system calls; another user
 * where we are root; limits of wall and CPU time, memory, processes, output, size and number of files; an empty environment.
 * What is installed beside Python can be imported, but nothing of it runs by itself (`*.pth`).
 *
 * Not covered: memory is looked at every 20 ms (of commands 100 ms) besides the limit of address space of a candidate, so that several
 * processes together can pass it for that long; of commands, each file is limited in size but not their number, nor all together, in
 * the folder that they are given; the kernel itself is shared; how long something takes can be observed from inside.
 * On machines that are neither x64 nor arm64 no system calls are refused.
 *
 * Anthropic's sandbox-runtime was looked at for the platform's part: it wraps a command in bubblewrap or sandbox-exec, but has no
 * limits of time, memory, processes or files, lets every readable file of the machine be read unless named, needs socat and ripgrep
 * and starts a process for each command, where a pool forks candidates from an interpreter that is already inside.
 */
import { findPython, NO_PYTHON, requirePython } from '../python/findPython.ts'
import { createPythonSandbox, PYTHON } from '../python/pythonSandbox.ts'
import { probePython } from '../probes/probePython.ts'
import type { Sandbox, SandboxBackend, SandboxProbe } from '../sandbox.ts'
import { pythonLaunch } from './pythonLaunch.ts'
import { runInBubblewrap } from './runInBubblewrap.ts'

export interface BubblewrapOptions {
  /** Workers kept warm; default one a core and one more. */
  readonly workers?: number
  /** False: each candidate gets a sandbox started for it alone, to compare with. */
  readonly warm?: boolean
}

export function bubblewrapBackend(options: BubblewrapOptions = {}): SandboxBackend {
  return { name: 'bubblewrap', ...PYTHON, runsPrograms: true, probe, open: () => openBubblewrap(options) }
}

/** @throws LabError `sandbox/no-python`. */
async function openBubblewrap({ workers, warm = true }: BubblewrapOptions): Promise<Sandbox> {
  const python = await requirePython()
  return createPythonSandbox({ name: 'bubblewrap', workers, launch: () => pythonLaunch(python, warm), run: runInBubblewrap })
}

const REMEDY = 'Install bubblewrap 0.5 or newer (apt install bubblewrap) and allow user namespaces (on Ubuntu 24.04 its AppArmor profile); containers often forbid them'

async function probe(): Promise<SandboxProbe> {
  if (process.platform !== 'linux') return { name: 'bubblewrap', works: false, detail: `not on ${process.platform}`, remedy: 'Needs Linux' }
  const python = await findPython()
  if (!python) return { name: 'bubblewrap', works: false, detail: NO_PYTHON, remedy: 'Install Python 3' }
  const detail = `Python ${python.version} in namespaces of its own for each candidate`
  return probePython('bubblewrap', await openBubblewrap({ workers: 1 }), { detail, remedy: REMEDY })
}
