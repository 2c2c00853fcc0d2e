import { readdirSync, readFileSync } from 'node:fs'

/** The peak so far; processes that have ended count while they were seen. */
export interface MemoryWatch {
  look(): void
  /** Bytes; undefined where the system does not tell (anything but Linux). */
  readonly peak: () => number | undefined
}

/**
 * Watches the memory of this process and its children: at each look the sum of their peak resident sets (shared pages
 * counted for each), of which the largest is kept.
 */
export function watchMemory(): MemoryWatch {
  let peak = 0
  const look = (): void => void (peak = Math.max(peak, processTree(process.pid).reduce((sum, pid) => sum + peakOf(pid), 0)))
  if (process.platform !== 'linux') return { look: () => undefined, peak: () => undefined }
  return { look, peak: () => peak }
}

function processTree(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(processTree)]
}

function childrenOf(pid: number): number[] {
  return orElse([], () => readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter((text) => text !== '').map(Number)))
}

function peakOf(pid: number): number {
  return orElse(0, () => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024)
}

/** A process may end between being listed and being read. */
function orElse<T>(fallback: T, read: () => T): T {
  try {
    return read()
  } catch {
    return fallback
  }
}
