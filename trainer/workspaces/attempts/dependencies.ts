import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { askPython } from '../../sandbox/python/findPython.ts'

/** What a project has installed in the user's tree, shared with copies: read, never written. */
export interface Dependencies {
  /** Links to be made in a copy: where, relative to the repository, and to which real folder. */
  readonly links: readonly { readonly at: string; readonly to: string }[]
  /** Absolute folders that the programs of an attempt may read. */
  readonly readable: readonly string[]
  /** Folders with Python packages. */
  readonly packages: readonly string[]
  /** Real folders named node_modules, the project's own first. */
  readonly nodeModules: readonly string[]
}

/** @param folder of the project in the repository. */
export function dependenciesOf(repository: string, folder: string): Dependencies {
  const folders = foldersUp(folder)
  const links = folders.flatMap((place) => {
    const at = path.posix.join(place, 'node_modules')
    const real = realFolder(path.join(repository, at))
    return real === undefined ? [] : [{ at, to: real }]
  })
  const packages = folders.flatMap((place) => ['.venv', 'venv'].flatMap((name) => sitePackages(path.join(repository, place, name))))
  const nodeModules = links.map(({ to }) => to)
  return { links, readable: [...nodeModules, ...packages], packages, nodeModules }
}

/** From a folder up to '' itself. */
function foldersUp(folder: string): string[] {
  const parts = folder.split('/').filter((part) => part !== '')
  return parts.map((_, at) => parts.slice(0, parts.length - at).join('/')).concat('')
}

function realFolder(place: string): string | undefined {
  return fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() ? fs.realpathSync(place) : undefined
}

function sitePackages(environment: string): string[] {
  const library = path.join(environment, 'lib')
  const versions = fs.existsSync(library) ? fs.readdirSync(library).filter((name) => name.startsWith('python')) : []
  return versions.flatMap((version) => realFolder(path.join(library, version, 'site-packages')) ?? [])
}

/** A Python and what has to be read to run it. */
export interface Python {
  readonly program: string
  readonly readable: readonly string[]
}

/**
 * The first of these Pythons that runs. A workspace can never name one: they are the machine's and the program's own.
 * @param candidates programs, in the order of preference.
 */
export async function findPython(candidates: readonly string[]): Promise<Python> {
  for (const candidate of candidates) {
    const python = await askPython(candidate)
    if (python === undefined) continue
    const { program, prefixes, paths } = python
    const folders = [...prefixes, ...paths, path.dirname(fs.realpathSync(program))].filter((place) => fs.existsSync(place))
    return { program, readable: [...new Set(folders.flatMap((place) => [place, fs.realpathSync(place)]))] }
  }
  throw new LabError('sandbox', 'sandbox/unsupported', `No Python runs: tried ${candidates.join(', ')}.`, {
    remedy: 'Install Python 3.10 or newer with pytest.'
  })
}
