import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Folders of the system's programs and libraries: all that is readable besides what an installation of Python or a task adds. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store']
const FILES = ['/etc/ld.so.cache', '/etc/alternatives']
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom']

/** Arguments that show the system's folders read-only, few devices and nothing else. */
export function systemMounts(): string[] {
  return [
    ...SYSTEM.flatMap(mountOf),
    ...openFolder('/etc'), ...FILES.flatMap((file) => ['--ro-bind-try', file, file]),
    '--tmpfs', '/dev', ...DEVICES.flatMap((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]), '--symlink', '../tmp', '/dev/shm',
    '--symlink', '/proc/self/fd', '/dev/fd'
  ]
}

/** Many systems have /bin as a link into /usr. */
function mountOf(folder: string): string[] {
  const stats = fs.lstatSync(folder, { throwIfNoEntry: false })
  if (!stats) return []
  return stats.isSymbolicLink() ? ['--symlink', fs.readlinkSync(folder), folder] : ['--ro-bind', folder, folder]
}

/** Folders shown read-only at their own places. One that would show a home or everything is left out: nothing is installed so. */
export function readOnly(folders: readonly string[]): string[] {
  const safe = folders.filter((folder) => path.isAbsolute(folder) && !os.homedir().startsWith(folder) && !isInside(folder, SYSTEM))
  return [...new Set(safe)].flatMap((folder) => [...pathTo(folder), '--ro-bind', folder, folder])
}

/** Folders made on the way to a mounted one would be open to their owner alone, who is not the user that candidates run as. */
export function pathTo(folder: string): string[] {
  const above = path.dirname(folder)
  return above === '/' || above === '/tmp' ? [] : [...pathTo(above), ...openFolder(above)]
}

const openFolder = (folder: string): string[] => ['--perms', '0755', '--dir', folder]

const isInside = (folder: string, others: readonly string[]): boolean => others.some((other) => folder === other || folder.startsWith(`${other}/`))
