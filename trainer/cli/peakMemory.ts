import { readdirSync, readFileSync } from 'node:fs'

/**
 * Peak resident memory of this process and its living children in bytes, shared pages counted once for each; where the
 * system tells (Linux), else undefined.
 */
export function peakMemoryBytes(): number | undefined {
  if (process.platform !== 'linux') return undefined
  const peaks = processTree(process.pid).map(peakOf)
  return peaks.length === 0 ? undefined : peaks.reduce((sum, bytes) => sum + bytes, 0)
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
