import { statfsSync } from 'node:fs'
import { bytes } from '../terminal/numbers.ts'
import { writeFault } from '../writableFolder.ts'
import type { TryFolder } from '../writableFolder.ts'
import { broken, found } from './finding.ts'
import type { Finding } from './finding.ts'

const OLDEST_NODE = [20, 19] as const

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const enough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  return enough ? found('Node', version, true) : broken('Node', version, `Install Node ${OLDEST_NODE.join('.')} or newer`, true)
}

/** A run of a small model writes some hundred megabytes. */
const LEAST_FREE_BYTES = 1e9

/** Whether runs can be kept below the folder: writing is tried, for a free disk may be a read-only one. */
export function checkDisk(folder: string, attempt?: TryFolder): Finding {
  try {
    const { bavail, bsize } = statfsSync(folder)
    const free = bavail * bsize
    const fault = writeFault(folder, attempt)
    if (fault !== undefined) return broken('disk', fault, 'Start from a folder that you may write into, or give each run one with --out')
    const detail = `${bytes(free)} free in ${folder}`
    return free >= LEAST_FREE_BYTES ? found('disk', detail) : broken('disk', detail, `Free some space: a run may need ${bytes(LEAST_FREE_BYTES)}`)
  } catch (error) {
    return broken('disk', `${folder}: ${(error as Error).message}`, 'Start from a folder that can be read')
  }
}
