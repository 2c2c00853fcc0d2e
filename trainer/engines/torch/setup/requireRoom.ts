import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { LabError } from '../../../errors.ts'
import type { Accelerator } from './choosePackages.ts'

/** Bytes of an environment, with what is unpacked on the way. */
const CPU_BYTES = 2e9
const GPU_BYTES = 9e9

/** @throws LabError `setup/no-room` */
export function requireRoom(folder: string, accelerator: Accelerator, freeIn: (folder: string) => number = freeBytes): void {
  const needed = accelerator === 'cuda' || accelerator === 'rocm' || accelerator === 'default' ? GPU_BYTES : CPU_BYTES
  const existing = existingFolder(folder)
  const free = freeIn(existing)
  if (free >= needed) return
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
  throw new LabError('usage', 'setup/no-room', `The environment needs about ${gigabytes(needed)}; ${existing} has ${gigabytes(free)} free.`, {
    place: folder, remedy: 'Free some space, or name a folder on another disk with --into.'
  })
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

const existingFolder = (folder: string): string => (existsSync(folder) || dirname(folder) === folder ? folder : existingFolder(dirname(folder)))
