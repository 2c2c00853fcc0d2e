import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { TrainerReady } from '../../trainer/protocol/control.ts'
import type { TrainerOrder } from '../../trainer/protocol/control.ts'
import { orCancelled } from './cancelledStart.ts'
import { LabHostError } from './labHostError.ts'
import type { NodeProgram } from './nodeProgram.ts'
import type { Runtime } from './runtimeCopy.ts'

export interface TrainerStart {
  readonly runtime: Runtime
  readonly node: NodeProgram
  readonly order: TrainerOrder
  /** Takes what the trainer prints. */
  readonly log: string
  readonly readySeconds: number
  /** Added to the environment of the Node. */
  readonly variables: Readonly<Record<string, string>>
  /** Ends the trainer where its run has not begun yet. */
  readonly signal?: AbortSignal | undefined
  /** Told before the trainer is given its order. */
  readonly spawned?: ((pid: number) => Promise<void>) | undefined
}

const LOG_TAIL = 1500

/**
 * Starts a trainer that outlives this process, and waits until its run has begun.
 * @throws LabHostError with the code of the trainer's own error, `trainer-no-start` or `cancelled`.
 */
export async function spawnTrainer(start: TrainerStart): Promise<{ readonly pid: number; readonly runId: string; readonly directory: string }> {
  const child = spawnDetached(start)
  try {
    const [ready] = await Promise.all([orCancelled(firstAnswer(child, start), start.signal, () => child.kill('SIGKILL')), giveOrder(child, start)])
    if (ready.ready) return ready
    throw new LabHostError(ready.code, ready.message, ready.remedy, ready)
  } finally {
    child.stdout?.destroy()
    child.removeAllListeners().on('error', () => undefined).unref()
  }
}

/** @param spawned does not reject */
async function giveOrder({ pid, stdin }: ChildProcess, { order, spawned }: TrainerStart): Promise<void> {
  if (pid !== undefined) await spawned?.(pid)
  stdin?.end(JSON.stringify(order))
}

function spawnDetached({ node, runtime, log, variables }: TrainerStart): ChildProcess {
  mkdirSync(path.dirname(log), { recursive: true })
  const output = openSync(log, 'a', 0o600)
  try {
    const child = spawn(node.execPath, [runtime.lab, 'host'], {
      cwd: runtime.folder, env: { ...node.env, ...variables }, detached: true, windowsHide: true, stdio: ['pipe', 'pipe', output]
    })
    // A trainer that cannot be given its order has ended, which is told below.
    child.stdin?.on('error', () => undefined)
    return child
  } finally {
    closeSync(output)
  }
}

function firstAnswer(child: ChildProcess, { log, node, readySeconds }: TrainerStart): Promise<TrainerReady> {
  return new Promise((resolve, reject) => {
    const noStart = (what: string): void => reject(notStarted(what, node, log))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      noStart(`did not begin within ${readySeconds} s`)
    }, readySeconds * 1000)
    child.once('error', (error) => noStart(`could not be started (${error.message})`))
    child.once('close', (code, signal) => noStart(signal === null ? `ended with exit code ${code}` : `was killed (${signal})`))
    createInterface({ input: child.stdout! }).once('line', (line) => {
      const ready = TrainerReady.safeParse(parsed(line))
      if (ready.success) resolve(ready.data)
      else noStart('answered with something else than a trainer does')
    })
    child.once('close', () => clearTimeout(timer))
    child.stdout!.once('data', () => clearTimeout(timer))
  })
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // Not an answer; the schema refuses it.
    return undefined
  }
}

function notStarted(what: string, node: NodeProgram, log: string): LabHostError {
  const printed = existsSync(log) ? readFileSync(log, 'utf8').slice(-LOG_TAIL).trim() : ''
  const said = printed === '' ? '' : ` It printed: ${printed}`
  return new LabHostError('trainer-no-start', `The trainer, run by ${node.name}, ${what}.${said}`, 'Run "Check Setup" to see what is missing.')
}
