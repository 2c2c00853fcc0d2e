import type { PythonInstallation } from '../python/findPython.ts'
import type { WorkerLaunch } from '../python/pythonWorker.ts'
import { WORKER_ENVIRONMENT, workerCommand, workerFolder } from '../python/workerProgram.ts'
import { strangerId } from './identity.ts'
import { capabilities, environmentArguments, namespaces } from './sandboxArguments.ts'
import { forkingFilters } from './syscallFilter.ts'
import { readOnly, systemMounts } from './systemMounts.ts'

/** Where the worker sees its own program. */
const PROGRAM = '/lab'

/**
 * A worker in bubblewrap: a read-only system, a /proc of its own, which candidates do not keep, and the right to make namespaces for
 * each candidate.
 */
export function pythonLaunch(python: PythonInstallation, reusable = true): WorkerLaunch {
  const uid = strangerId()
  const filters = forkingFilters()
  const rights = ['CAP_SYS_ADMIN', ...(uid === undefined ? [] : ['CAP_SETUID', 'CAP_SETGID', 'CAP_KILL'])]
  return {
    command: [
      'bwrap', ...namespaces(uid !== undefined), ...environmentArguments({ ...WORKER_ENVIRONMENT, HOME: '/tmp', TMPDIR: '/tmp' }),
      ...systemMounts(), ...readOnly(python.folders), '--ro-bind', workerFolder(), PROGRAM, '--proc', '/proc', '--dir', '/tmp',
      '--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/', ...capabilities(rights), '--',
      ...workerCommand(python.program, PROGRAM, { mode: 'namespaces', reusable, uid }), ...(filters ? [filters.forker, filters.candidate].map((each) => each.toString('base64')) : [])
    ],
    environment: { PATH: process.env['PATH'] ?? '' },
    reusable
  }
}
