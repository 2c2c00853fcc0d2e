import type { Host, StopSignal } from './host.ts'

export interface TestHost extends Host {
  /** What was written so far. */
  out(): string
  err(): string
  /** Sends a signal to whoever listens; answers whether somebody did. */
  signal(signal: StopSignal): boolean
  readonly exits: number[]
}

/** A host that remembers; `columns` makes its outputs a terminal. */
export function testHost(options: { cwd?: string; columns?: number; env?: Record<string, string> } = {}): TestHost {
  const listeners = new Set<(signal: StopSignal) => void>()
  const exits: number[] = []
  const memory = (): { written: string; output: Host['stdout'] } => {
    const terminal = options.columns === undefined ? {} : { isTTY: true, columns: options.columns }
    const stream = { written: '', output: { write: (text: string) => void (stream.written += text), ...terminal } }
    return stream
  }
  const stdout = memory()
  const stderr = memory()
  return {
    stdout: stdout.output, stderr: stderr.output, env: options.env ?? { NO_COLOR: '1' }, cwd: options.cwd ?? '.', command: 'lab', exits,
    out: () => stdout.written,
    err: () => stderr.written,
    exit: (code) => void exits.push(code),
    outliveReader: () => undefined,
    onSignal: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    signal: (signal) => {
      for (const listener of listeners) listener(signal)
      return listeners.size > 0
    }
  }
}
