import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'

/** Names one process for good: pids are used again, a pid with its start time is not. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Opaque; absent where the system does not tell. */
  readonly startedAt?: string | undefined
}

let own: ProcessIdentity | undefined

export function ownIdentity(): ProcessIdentity {
  own ??= identityOf(process.pid)
  return own
}

/** Of a process of this machine. */
export function identityOf(pid: number): ProcessIdentity {
  return { host: os.hostname(), pid, startedAt: startTime(pid) }
}

/**
 * Whether the process still runs. `unknown`: it is on another machine. Only looks: no signal is sent that a process could
 * notice.
 */
export function isRunning(identity: ProcessIdentity): boolean | 'unknown' {
  if (identity.host !== os.hostname()) return 'unknown'
  if (!pidExists(identity.pid) || isZombie(identity.pid)) return false
  const now = startTime(identity.pid)
  return now === undefined || identity.startedAt === undefined || now === identity.startedAt
}

/** Whether the process still runs, proven by its start time: what has to hold before it is signalled. */
export function isProvenRunning(identity: ProcessIdentity): boolean {
  return isRunning(identity) === true && identity.startedAt !== undefined && identity.startedAt === startTime(identity.pid)
}

function pidExists(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function startTime(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return linuxStartTime(pid)
    if (process.platform === 'win32') {
      return ask('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`])
    }
    return ask('ps', ['-o', 'lstart=', '-p', String(pid)])
  } catch {
    // The process ended meanwhile, or the system does not tell.
    return undefined
  }
}

/** Clock ticks from boot to start (field 22 of stat), with the id of the boot they count from. */
function linuxStartTime(pid: number): string {
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${boot}:${linuxStatus(pid)[19]}`
}

/** Fields 3 and on of stat. */
function linuxStatus(pid: number): string[] {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field, the command's name, may itself hold spaces and parentheses.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Ended, and kept in the list by a parent that has not asked how. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    return linuxStatus(pid)[0] === 'Z'
  } catch {
    // The process ended meanwhile.
    return true
  }
}

function ask(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', timeout: 10_000, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } }).trim()
}
