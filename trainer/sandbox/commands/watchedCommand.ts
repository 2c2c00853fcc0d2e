import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Limits } from '../../protocol/execution.ts'
import { endGroup } from '../endGroup.ts'
import { cancelledBy, infrastructure } from '../pool/failures.ts'
import type { CommandOutcome } from '../sandbox.ts'
import { CutOutput } from './cutOutput.ts'
import { endOrphans } from './orphans.ts'
import { usageOfDescendants } from './processTree.ts'

/** Descriptors of a command besides the three standard ones. */
export const REPORTS = 3
export const FILTER = 4
export const STATUS = 5

export interface WatchedCommand {
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly limits: Limits
  /** Written to descriptor 4. */
  readonly filter?: Buffer | undefined
  /** Whether the outermost program tells on descriptor 5 that it got as far as to start the command; what it tells. */
  readonly started: (status: string) => boolean
}

type Stopped = 'timeout' | 'memory' | 'outputLimit' | 'cancelled'
const LOOK_MS = 100

/**
 * Runs a program under a watch of its time, memory, processes and output.
 * @throws LabError `sandbox/cancelled`, `sandbox/infrastructure` where the sandbox itself did not start.
 */
export async function runWatched(command: WatchedCommand, signal?: AbortSignal): Promise<CommandOutcome> {
  if (signal?.aborted) throw cancelledBy(signal)
  return await new Watch(command, signal).outcome()
}

class Watch {
  readonly #command: WatchedCommand
  readonly #signal: AbortSignal | undefined
  readonly #child: ChildProcess
  readonly #started = performance.now()
  readonly #limitsHit = new Set<keyof Limits>()
  readonly #output: CutOutput
  readonly #report: CutOutput
  #status = ''
  #stopped: Stopped | undefined

  constructor(command: WatchedCommand, signal: AbortSignal | undefined) {
    this.#command = command
    this.#signal = signal
    const { outputBytes } = command.limits
    this.#output = new CutOutput(outputBytes, () => this.#stop('outputLimit', 'outputBytes'))
    this.#report = new CutOutput(outputBytes, () => undefined)
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe']
    this.#child = spawn(command.command[0]!, command.command.slice(1), { stdio, env: command.environment, windowsHide: true, detached: process.platform !== 'win32' })
    this.#connect()
  }

  #connect(): void {
    // Typed for five descriptors, however many are asked for.
    const stdio = this.#child.stdio as unknown as readonly (Readable | Writable)[]
    this.#output.read(1, stdio[1] as Readable)
    this.#output.read(2, stdio[2] as Readable)
    this.#report.read(REPORTS, stdio[REPORTS] as Readable)
    const filter = stdio[FILTER] as Writable
    filter.on('error', () => filter.destroy())
    filter.end(this.#command.filter)
    const status = stdio[STATUS] as Readable
    status.setEncoding('utf8').on('data', (text: string) => { this.#status += text })
  }

  async outcome(): Promise<CommandOutcome> {
    const { wallSeconds } = this.#command.limits
    const timer = setTimeout(() => this.#stop('timeout', 'wallSeconds'), wallSeconds * 1000)
    const looking = setInterval(() => this.#look(), LOOK_MS)
    const cancel = (): void => this.#stop('cancelled')
    this.#signal?.addEventListener('abort', cancel)
    try {
      return this.#told(await this.#end())
    } finally {
      clearTimeout(timer)
      clearInterval(looking)
      this.#signal?.removeEventListener('abort', cancel)
    }
  }

  #end(): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.#child.once('error', (error) => reject(infrastructure(`The sandbox’s program did not start: ${error.message}`, error)))
      // Orphans would hold its output open.
      this.#child.once('exit', (_code, signal) => signal !== null && endOrphans(this.#command.command))
      this.#child.once('close', (code) => resolve(code))
    })
  }

  #told(code: number | null): CommandOutcome {
    if (this.#stopped === 'cancelled') throw cancelledBy(this.#signal)
    const stderr = this.#output.text(2)
    if (this.#stopped === undefined && !this.#command.started(this.#status)) throw infrastructure(`The sandbox did not start: ${stderr.trim().slice(0, 500)}`)
    // A program ended by a signal is told by its sandbox as 128 and the signal's number.
    const killed = code === null || code === 128 + SIGKILL
    return {
      code: this.#stopped !== undefined || killed ? null : code,
      ended: this.#stopped ?? (killed ? 'killed' : 'exit'),
      stdout: this.#output.text(1), stderr, report: this.#report.text(REPORTS), outputCut: this.#output.cut,
      limitsHit: [...this.#limitsHit], seconds: (performance.now() - this.#started) / 1000
    }
  }

  #look(): void {
    const { pid } = this.#child
    if (pid === undefined || process.platform !== 'linux') return
    const { bytes, cpuSeconds, processes } = usageOfDescendants(pid)
    const { limits } = this.#command
    if (processes >= limits.processes) this.#limitsHit.add('processes')
    if (bytes > limits.memoryMegabytes * 2 ** 20) this.#stop('memory', 'memoryMegabytes')
    else if (cpuSeconds > limits.cpuSeconds) this.#stop('timeout', 'cpuSeconds')
  }

  /** The first reason is the one that is told. */
  #stop(why: Stopped, limit?: keyof Limits): void {
    if (this.#stopped === undefined && limit) this.#limitsHit.add(limit)
    this.#stopped ??= why
    endGroup(this.#child)
  }
}

const SIGKILL = 9
