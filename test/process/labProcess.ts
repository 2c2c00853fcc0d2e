/** The built command line as people start it: a process of its own, with a configuration folder of its own. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { RunEvent } from '../../trainer/protocol/events.ts'

const LAB = fileURLToPath(new URL('../../dist/lab.mjs', import.meta.url))
const RUN_COMMANDS: ReadonlySet<string> = new Set(['run', 'resume'])

export interface LabEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  /** Of `run` and `resume` with --json, where every line of stdout has to be one. */
  readonly events: readonly RunEvent[]
}

export interface LabProcess {
  readonly child: ChildProcess
  readonly ended: Promise<LabEnd>
}

export type React = (event: RunEvent, child: ChildProcess) => void

export function startLab(folder: string, args: readonly string[], react: React = () => {}): LabProcess {
  const child = spawn(process.execPath, [LAB, ...args], {
    cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, npm_lifecycle_event: 'lab', XDG_CONFIG_HOME: join(folder, 'configuration') }
  })
  const tellsEvents = args.includes('--json') && RUN_COMMANDS.has(args[0] ?? '')
  const events: RunEvent[] = []
  const lines: string[] = []
  let err = ''
  let broken: unknown
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    if (!tellsEvents) return
    try {
      const event = RunEvent.parse(JSON.parse(line))
      events.push(event)
      react(event, child)
    } catch (error) {
      broken ??= error
    }
  })
  const ended = new Promise<LabEnd>((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (broken === undefined) resolve({ code, signal, out: lines.join('\n'), err, events })
      else reject(broken as Error)
    })
  })
  return { child, ended }
}

export function lab(folder: string, args: readonly string[], react?: React): Promise<LabEnd> {
  return startLab(folder, args, react).ended
}

/** The same, which has to end with exit code 0. */
export async function labSucceeds(folder: string, args: readonly string[], react?: React): Promise<LabEnd> {
  const end = await lab(folder, args, react)
  assert.equal(end.code, 0, `lab ${args.join(' ')} ended with ${end.code ?? end.signal}: ${end.err}`)
  return end
}

/** The engine process of a trainer, by a word of its command line; undefined where it has none at this moment. */
export function engineOf(trainer: ChildProcess, program = 'engine.mjs'): number | undefined {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  const row = rows.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)).find((match) => Number(match?.[2]) === trainer.pid && match?.[3]?.includes(program))
  return row ? Number(row[1]) : undefined
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    // No process has this id any more.
    return false
  }
}

/** Waits until the process has ended; how long that takes is decided by the runner's own time limit. */
export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
}
