import { readdirSync, readFileSync } from 'node:fs'

/** Proportional set size of one process: its own pages, and its share of pages that several hold. */
export interface ProcessMemory {
  readonly pid: number
  readonly command: string
  readonly pssBytes: number
}

export interface MemoryPeak {
  readonly bytes: number
  readonly atSeconds: number
  readonly processes: readonly ProcessMemory[]
}

/** Samples the process tree below `root` until stopped; the moment with the largest sum is kept. Linux only. */
export function watchPss(root: number, everyMs: number): { stop(): MemoryPeak } {
  let peak: MemoryPeak = { bytes: 0, atSeconds: 0, processes: [] }
  const start = performance.now()
  const look = (): void => {
    const processes = memoryOfTree(root)
    const bytes = processes.reduce((sum, { pssBytes }) => sum + pssBytes, 0)
    if (bytes > peak.bytes) peak = { bytes, atSeconds: (performance.now() - start) / 1000, processes }
  }
  const timer = setInterval(look, everyMs)
  return {
    stop: () => {
      clearInterval(timer)
      return peak
    }
  }
}

/** Every process of the tree below `root`, as it is now. Linux only. */
export const memoryOfTree = (root: number): ProcessMemory[] => processTree(root).map(memoryOf)

function processTree(pid: number): number[] {
  const tasks = orElse<string[]>([], () => readdirSync(`/proc/${pid}/task`))
  const children = tasks.flatMap((task) => orElse('', () => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')).split(' ').filter((text) => text !== ''))
  return [pid, ...children.map(Number).flatMap(processTree)]
}

function memoryOf(pid: number): ProcessMemory {
  const rollup = orElse('', () => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  const command = orElse('', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, 3).map((part) => part.replace(/^.*\//, '')).join(' ').trim()
  return { pid, command, pssBytes: Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024 }
}

/** Largest resident set size that a process has had so far; 0 where the system does not tell. Looking costs the process nothing. */
export function peakResidentBytes(pid: number): number {
  const status = orElse('', () => readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}

/** A process may end between being listed and being read. */
function orElse<T>(fallback: T, read: () => T): T {
  try {
    return read()
  } catch {
    return fallback
  }
}
