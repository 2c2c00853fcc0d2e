/** The image is never fetched by itself: that would be network traffic nobody asked for. */
export const IMAGE = 'docker.io/library/python:3-slim'

const MEMORY = '2g'
const PROCESSES = '256'
/** Of candidates: not the worker's, so that they can neither signal it nor read its descriptors. */
export const CANDIDATE_UID = 65534

/**
 * A container for one worker: no network, a read-only system, a private /tmp in memory, no capabilities but those by which the worker
 * makes candidates another user's and ends them.
 */
export function containerArguments(name: string, program: string): string[] {
  return [
    'run', '--rm', '--interactive', '--pull', 'never', '--name', name, '--network', 'none', '--ipc', 'none', '--read-only',
    '--tmpfs', '/tmp:rw,nosuid,nodev,noexec,size=64m,nr_inodes=4096,mode=1777', '--memory', MEMORY, '--memory-swap', MEMORY, '--pids-limit', PROCESSES,
    '--cap-drop', 'ALL', '--cap-add', 'SETUID', '--cap-add', 'SETGID', '--cap-add', 'KILL', '--security-opt', 'no-new-privileges', '--user', '0:0',
    '--workdir', '/tmp', '--volume', `${program}:/lab:ro`
  ]
}
