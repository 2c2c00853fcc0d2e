import { EXIT } from './exitCodes.ts'
import { quoteArgument } from './quoteArgument.ts'

/** Where a command writes. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export type StopSignal = 'SIGINT' | 'SIGTERM'

/** What a command may touch of the process that runs it; tests hand in their own. */
export interface Host {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** How people call this command line, for hints that can be pasted. */
  readonly command: string
  /** Calls the listener at each signal until the returned function is called. */
  onSignal(listener: (signal: StopSignal) => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
  /** Else the process ends once nobody reads what it prints any more: this is for what outlives whoever started it. */
  outliveReader(): void
}

export function processHost(): Host {
  const outliveReader = leaveWithReader()
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    command: process.env['npm_lifecycle_event'] === undefined ? `node ${quoteArgument(process.argv[1] ?? 'lab')}` : 'npm run -s lab --',
    exit: (code) => process.exit(code),
    outliveReader,
    onSignal: (listener) => {
      const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM']
      const handlers = signals.map((signal) => ({ signal, handler: () => listener(signal) }))
      for (const { signal, handler } of handlers) process.on(signal, handler)
      return () => {
        for (const { signal, handler } of handlers) process.off(signal, handler)
      }
    }
  }
}

/** Whoever reads a pipe may close it early (`| head`), which is no fault of anything here. Returns what calls the leaving off. */
function leaveWithReader(): () => void {
  let leaves = true
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (leaves) process.exit(EXIT.stopped)
  })
  return () => { leaves = false }
}
