import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { LabError } from '../errors.ts'
import type { Host } from './host.ts'

/** How a place was named on the command line. */
export interface Naming {
  /** The option, where it is not an argument. */
  readonly place?: string
  readonly remedy: string
}

/** A file that people named, absolute. @throws LabError `usage/missing-file`. */
export function givenFile(host: Host, named: string, naming: Naming): string {
  const file = resolve(host.cwd, named)
  if (!existsSync(file)) throw missing(`There is no file ${named}.`, named, naming)
  if (statSync(file).isDirectory()) throw missing(`${named} is a folder.`, named, naming)
  return file
}

/** A folder that people named, absolute. @throws LabError `usage/missing-file`. */
export function givenFolder(host: Host, named: string, naming: Naming): string {
  const folder = resolve(host.cwd, named)
  if (!existsSync(folder)) throw missing(`There is no directory ${named}.`, named, naming)
  if (!statSync(folder).isDirectory()) throw missing(`${named} is a file.`, named, naming)
  return folder
}

const missing = (message: string, named: string, { place = named, remedy }: Naming): LabError => new LabError('usage', 'usage/missing-file', message, { place, remedy })
