import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { RunEvent } from '../../trainer/protocol/events.ts'
import { Summary } from '../../trainer/protocol/summary.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a command in the project's folder. `watch` sees the process while it lives. Rejects with the end of stderr where it fails. */
export function runCommand(command: string, args: readonly string[], onLine: (line: string) => void = () => undefined, watch?: (child: ChildProcess) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let errors = ''
    createInterface({ input: child.stdout }).on('line', onLine)
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors}`))))
    watch?.(child)
  })
}

/** `lab run` as it is installed; the events in order. */
export async function labRun(runFile: string, out: string, options: readonly string[] = []): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  const args = [join('dist', 'lab.mjs'), 'run', runFile, '--out', out, '--json', ...options]
  await runCommand(process.execPath, args, (line) => events.push(RunEvent.parse(JSON.parse(line))))
  return events
}

/** The summary of the run below this folder. */
export function readSummary(folder: string): Summary {
  const [file] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('summary.json'))
  if (file === undefined) throw new Error(`${folder} holds no summary.json`)
  return Summary.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
}
