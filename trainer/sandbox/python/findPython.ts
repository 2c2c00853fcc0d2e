import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { LabError } from '../../errors.ts'

/** A Python of this machine, by its own account. */
export interface PythonInstallation {
  /** The program itself, behind shims and links. */
  readonly program: string
  /** Folders that it is installed in. */
  readonly folders: readonly string[]
  readonly version: string
}

const CANDIDATES = process.platform === 'win32' ? ['python'] : ['python3', 'python']
/** What doctor says where there is none. */
export const NO_PYTHON = 'no Python 3.9 or newer on the PATH'
const OLDEST = [3, 9] as const
const run = promisify(execFile)
let found: Promise<PythonInstallation | undefined> | undefined

/** What a program that may be a Python says of itself. */
interface Told {
  readonly program: string
  /** Folder of the installation, and that of the one which a virtual environment was made from. */
  readonly prefixes: readonly [string, string]
  readonly version: readonly [number, number, number]
  /** Where it looks for modules. */
  readonly paths: readonly string[]
}

const PROBE = 'import json, sys; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix, list(sys.version_info[:3]), [p for p in sys.path if p]]))'

/** Undefined where the program is not there, or is no Python. */
export async function askPython(program: string): Promise<Told | undefined> {
  try {
    const { stdout } = await run(program, ['-I', '-c', PROBE], { timeout: 20_000, windowsHide: true })
    const [executable, prefix, base, version, paths] = JSON.parse(stdout) as [string, string, string, Told['version'], string[]]
    return { program: executable, prefixes: [prefix, base], version, paths }
  } catch {
    return undefined
  }
}

/** The first Python on the user's own PATH that is recent enough; asked once. No run file or setting has a say in it. */
export function findPython(): Promise<PythonInstallation | undefined> {
  found ??= firstOf(CANDIDATES)
  return found
}

/** @throws LabError `sandbox/no-python`. */
export async function requirePython(): Promise<PythonInstallation> {
  const python = await findPython()
  if (python) return python
  throw new LabError('sandbox', 'sandbox/no-python', 'No Python of version 3.9 or newer is on the PATH.', { remedy: 'Install Python 3.' })
}

export async function firstOf(candidates: readonly string[]): Promise<PythonInstallation | undefined> {
  for (const candidate of candidates) {
    const told = await askPython(candidate)
    if (told && isRecent(told)) return { program: told.program, folders: [...new Set(told.prefixes)], version: told.version.join('.') }
  }
  return undefined
}

const isRecent = ({ version: [major, minor] }: Told): boolean => major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
