import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { LabError } from '../errors.ts'
import type { CommandOutcome, CommandRequest, Sandbox } from '../sandbox/sandbox.ts'

/** A sandbox for tests that confines nothing: plain processes with a deadline. */
export function plainSandbox(): Sandbox {
  return {
    name: 'fake',
    languages: [],
    styles: [],
    execute: () => Promise.reject(new LabError('sandbox', 'sandbox/unsupported', 'Runs commands alone.', { remedy: 'Use a sandbox.' })),
    run: runPlainly,
    close: async () => undefined
  }
}

function runPlainly({ command, folder, environment, limits }: CommandRequest, signal?: AbortSignal): Promise<CommandOutcome> {
  const cancelled = (): LabError => new LabError('sandbox', 'sandbox/cancelled', 'The command was cancelled.', { remedy: 'Run it again.' })
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled())
    const started = performance.now()
    const child = spawn(command[0]!, command.slice(1), { cwd: folder, env: { PATH: process.env['PATH'], ...environment }, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
    const texts = ([1, 2, 3] as const).map((descriptor) => collect(child.stdio[descriptor] as Readable))
    let ended: CommandOutcome['ended'] | 'cancelled' = 'exit'
    const kill = (why: typeof ended): void => {
      ended = why
      if (child.pid !== undefined) endGroup(child.pid)
    }
    const cancel = (): void => kill('cancelled')
    const timer = setTimeout(() => kill('timeout'), limits.wallSeconds * 1000)
    signal?.addEventListener('abort', cancel, { once: true })
    child.once('error', reject)
    child.once('close', (code, killed) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
      if (ended === 'cancelled') return reject(cancelled())
      const [stdout = '', stderr = '', report = ''] = texts.map((text) => text())
      const how = ended === 'exit' && killed !== null ? 'killed' : ended
      resolve({ code, ended: how, stdout, stderr, report, outputCut: false, limitsHit: how === 'timeout' ? ['wallSeconds'] : [], seconds: (performance.now() - started) / 1000 })
    })
  })
}

function collect(stream: Readable): () => string {
  const pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  return () => Buffer.concat(pieces).toString('utf8')
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
