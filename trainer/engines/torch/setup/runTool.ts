import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { LabError } from '../../../errors.ts'
import { killChild } from '../../engineChannel.ts'

export interface ToolOptions {
  /** For people: what the tool is run for. */
  readonly doing: string
  /** One of ours: tools read configuration from where they are started. */
  readonly cwd: string
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}

/** Runs a program without a shell. @throws LabError `setup/tool-failed` with what it said last */
export type RunTool = (program: string, args: readonly string[], options: ToolOptions) => Promise<void>

const LINES_KEPT = 12

export const runTool: RunTool = (program, args, { doing, cwd, signal, onLine }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(failed(doing, program, 'was cancelled', []))
    const said: string[] = []
    const child = spawn(program, [...args], {
      cwd, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, detached: process.platform !== 'win32',
      env: { ...process.env, PYTHONUNBUFFERED: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', NO_COLOR: '1' }
    })
    const take = (line: string): void => {
      const text = line.replace(/\p{C}/gu, ' ').trim().slice(0, 500)
      if (text === '') return
      said.push(text)
      if (said.length > LINES_KEPT) said.shift()
      onLine(text)
    }
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', take)
    const stop = (): void => killChild(child)
    signal.addEventListener('abort', stop, { once: true })
    // In a group of its own it would go on after a window that has closed.
    process.once('exit', stop)
    child.once('error', (error) => reject(failed(doing, program, `could not be started (${error.message})`, said)))
    child.once('close', (code, killed) => {
      signal.removeEventListener('abort', stop)
      process.off('exit', stop)
      if (code === 0) resolve()
      else reject(failed(doing, program, killed ? `was ended (${killed})` : `ended with exit code ${code}`, said))
    })
  })

function failed(doing: string, program: string, how: string, said: readonly string[]): LabError {
  const last = said.length === 0 ? '' : `. It said:\n${said.map((line) => `  ${line}`).join('\n')}`
  return new LabError('engine', 'setup/tool-failed', `${doing}: ${program} ${how}${last}`, {
    place: program, remedy: remedyFor(said.join('\n'))
  })
}

/** What the commonest failures need. */
function remedyFor(said: string): string {
  if (/ensurepip is not|No module named venv|python3?[\d.]*-venv/i.test(said)) return 'Install Python’s venv (on Debian and Ubuntu: sudo apt install python3-venv) or uv (docs.astral.sh/uv), and try again.'
  if (/No space left|ENOSPC/i.test(said)) return 'Free some space, or name a folder on another disk with --into, and try again.'
  if (/Could not find a version|No matching distribution|No solution found/i.test(said)) return 'No wheel of torch fits this Python or machine, or the package index lacks it: try another Python (3.10 to 3.14) or --index-url.'
  if (/timed? ?out|connection|resolve|network|proxy|certificate|ssl/i.test(said)) return 'The package index cannot be reached: check the network, proxy (HTTPS_PROXY) or index (PIP_INDEX_URL, --index-url), and try again.'
  return 'Mend what it says, and try again.'
}
