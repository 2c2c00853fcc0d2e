import fs from 'node:fs'

/** What a process and its descendants use, on Linux. */
export interface TreeUsage {
  /** Memory that belongs to each alone, and what is shared by being mapped once for each; no files. */
  readonly bytes: number
  readonly cpuSeconds: number
  /** Processes and threads. */
  readonly processes: number
}

const TICKS_PER_SECOND = 100

/** The root itself is not counted. */
export function usageOfDescendants(root: number): TreeUsage {
  const found = descendants(root)
  const each = found.flatMap((pid) => usageOf(pid) ?? [])
  return {
    bytes: sum(each.map(({ bytes }) => bytes)), cpuSeconds: sum(each.map(({ cpuSeconds }) => cpuSeconds)), processes: sum(each.map(({ processes }) => processes))
  }
}

export function descendants(root: number): number[] {
  const found: number[] = []
  const open = [root]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const children = childrenOf(pid)
    found.push(...children)
    open.push(...children)
  }
  return found
}

function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) => (read(`/proc/${pid}/task/${thread}/children`) ?? '').trim().split(' ').filter(Boolean).map(Number))
}

function threadsOf(pid: number): string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/task`)
  } catch {
    return [] // It ended meanwhile.
  }
}

function usageOf(pid: number): TreeUsage | undefined {
  const status = read(`/proc/${pid}/status`)
  // The name in brackets is the program's to choose.
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number)
  if (!status || !fields || fields.length < 18) return undefined
  const kilobytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s*(\d+) kB/gm)].map(([, digits]) => Number(digits))
  return { bytes: sum(kilobytes) * 1024, cpuSeconds: sum(fields.slice(11, 15)) / TICKS_PER_SECOND, processes: fields[17]! }
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined // It ended meanwhile.
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
