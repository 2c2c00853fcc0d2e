import { spawn } from 'node:child_process'

/**
 * First what still runs in the folder: sandboxes die with the process that started them, but not in the moment of their own start. Then
 * rights, since a candidate may have closed its folders. `$$` is the guard, whose command line names the folder as well.
 */
const END_ALL = 'for each in /proc/[0-9]*; do [ "$each" != "/proc/$$" ] && grep -qaF "$1" "$each/cmdline" 2>/dev/null && kill -9 "${each#/proc/}" 2>/dev/null; done'
const END = `[ -d /proc/self ] && { ${END_ALL}; }`
/** Once more afterwards: a sandbox in its own start may have forked behind the first look. */
const REMOVE = `cat >/dev/null; for try in 1 2 3 4 5; do ${END}; chmod -R u+rwX "$1" 2>/dev/null; rm -rf "$1" 2>/dev/null && break; sleep 1; done; sleep 1; ${END}; rm -rf "$1"`

/**
 * Has a folder removed as soon as this process ends, however it ends, with the processes that name it: a shell in a session of its own
 * waits for the end of a pipe that only this process holds. A machine that goes down is left to the next process's sweep.
 */
export function guardFolder(folder: string): { dismiss(): void } {
  const guard = spawn('/bin/sh', ['-c', REMOVE, 'sh', folder], { cwd: '/', env: { PATH: '/usr/bin:/bin' }, detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  // Without a shell the sweep remains.
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  guard.unref()
  // A socket, which the types do not say.
  ;(guard.stdin as unknown as { unref(): void }).unref()
  return { dismiss: () => void guard.kill('SIGKILL') }
}
