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
  return isAlive(identity.pid) && mayHaveStarted(identity)
}

/** Of a process that a folder of this machine alone tells of: the name of the machine does not matter, which a network may change. */
export type LocalProcess = Pick<ProcessIdentity, 'pid' | 'startedAt'>

/** A system may take half a second to tell when a process started, in which whoever asks stands still. */
const PROOF_MILLISECONDS = 10_000
/** Processes whose start time was right, and when it was asked for. */
const proven = new Map<string, number>()

/** Whether the process still runs, for those who look again and again: its start time is asked for now and then, its pid each time. */
export function isRunningHere(identity: LocalProcess): boolean {
  const key = `${identity.pid} ${identity.startedAt}`
  const fresh = Date.now() - (proven.get(key) ?? -Infinity) < PROOF_MILLISECONDS
  const runs = isAlive(identity.pid) && (fresh || mayHaveStarted(identity))
  if (!runs) proven.delete(key)
  else if (!fresh) proven.set(key, Date.now())
  return runs
}

/** Whether the process still runs on this machine, proven by its start time: what has to hold before it is signalled. */
export function isProvenRunning(identity: LocalProcess): boolean {
  return isAlive(identity.pid) && identity.startedAt !== undefined && identity.startedAt === startTime(identity.pid)
}

function mayHaveStarted({ pid, startedAt }: LocalProcess): boolean {
  const now = startTime(pid)
  return now === undefined || startedAt === undefined || now === startedAt
}

const isAlive = (pid: number): boolean => pidExists(pid) && !isZombie(pid)

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
