import fs from 'node:fs'
import path from 'node:path'
import { FILTER, runWatched, STATUS } from '../commands/watchedCommand.ts'
import type { CommandOutcome, CommandRequest } from '../sandbox.ts'
import { strangerId } from './identity.ts'
import { capabilities, environmentArguments, namespaces } from './sandboxArguments.ts'
import { syscallFilter } from './syscallFilter.ts'
import { pathTo, readOnly, systemMounts } from './systemMounts.ts'

const PLAIN: Readonly<Record<string, string>> = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', HOME: '/tmp', TMPDIR: '/tmp' }
/** bubblewrap's first process and the program that sets the limits, which count as the command's own. */
const OWN_PROCESSES = 2

/**
 * A program of the machine on a folder prepared for it: the folder can be written, named ones read, /tmp is private and limited in size.
 * Where we are root the program is another user's: the folder with all in it becomes that user's, and
 * what is readable must be open to others.
 * @throws LabError `sandbox/cancelled`, `sandbox/infrastructure`.
 */
export async function runInBubblewrap(request: CommandRequest, signal?: AbortSignal): Promise<CommandOutcome> {
  const uid = strangerId()
  if (uid !== undefined) giveTo(uid, request.folder)
  const filter = syscallFilter()
  return await runWatched({
    command: bubblewrapCommand(request, uid, filter !== undefined), environment: { PATH: process.env['PATH'] ?? '' }, limits: request.limits, filter,
    started: (status) => status.includes('"exit-code"')
  }, signal)
}

/** Without following a link. */
function giveTo(uid: number, place: string): void {
  fs.lchownSync(place, uid, uid)
  if (!fs.lstatSync(place).isDirectory()) return
  for (const name of fs.readdirSync(place)) giveTo(uid, path.join(place, name))
}

function bubblewrapCommand({ command, folder, readable, environment, limits }: CommandRequest, uid: number | undefined, filtered: boolean): string[] {
  const asRoot = uid !== undefined
  return [
    'bwrap', ...namespaces(asRoot), ...environmentArguments({ ...PLAIN, ...environment }), ...systemMounts(), '--proc', '/proc',
    '--perms', '1777', '--size', String(limits.fileBytes), '--tmpfs', '/tmp',
    ...readOnly(readable.filter((each) => each !== folder)), ...pathTo(folder), '--bind', folder, folder, '--remount-ro', '/dev', '--remount-ro', '/', '--chdir', asRoot ? '/' : folder,
    ...(filtered ? ['--seccomp', String(FILTER)] : []), '--json-status-fd', String(STATUS),
    ...(asRoot ? capabilities(['CAP_SETUID', 'CAP_SETGID']) : []), '--',
    ...(asRoot ? ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--'] : []),
    'prlimit', '--core=0', `--fsize=${limits.fileBytes}`, `--cpu=${Math.ceil(limits.cpuSeconds) + 2}`, `--nproc=${limits.processes + OWN_PROCESSES}`, '--memlock=0', '--',
    ...(asRoot ? [...ENTER, folder] : []), ...command
  ]
}

/** Root without its rights may not enter a folder that is another user's alone: that user does. */
const ENTER = ['/bin/sh', '-c', 'cd "$0" && exec "$@"']
