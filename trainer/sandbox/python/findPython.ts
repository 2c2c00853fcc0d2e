import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A Python of this machine, by its own account. */
export interface PythonInstallation {
  /** The program itself, behind shims and links. */
  readonly program: string
  /** Folders that it is installed in. */
  readonly folders: readonly string[]
  readonly version: string
}

const CANDIDATES = process.platform === 'win32' ? ['python'] : ['python3', 'python']
const PROBE = 'import json, sys; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix, list(sys.version_info[:3])]))'
const OLDEST = [3, 9] as const
const run = promisify(execFile)
let found: Promise<PythonInstallation | undefined> | undefined

/** The first Python on the user's own PATH that is recent enough; asked once. No run file or setting has a say in it. */
export function findPython(): Promise<PythonInstallation | undefined> {
  found ??= firstOf(CANDIDATES)
  return found
}

export async function firstOf(candidates: readonly string[]): Promise<PythonInstallation | undefined> {
  for (const candidate of candidates) {
    const python = await ask(candidate)
    if (python) return python
  }
  return undefined
}

async function ask(candidate: string): Promise<PythonInstallation | undefined> {
  try {
    const { stdout } = await run(candidate, ['-I', '-c', PROBE], { timeout: 20_000, windowsHide: true })
    const [program, prefix, base, version] = JSON.parse(stdout) as [string, string, string, [number, number, number]]
    const recent = version[0] > OLDEST[0] || (version[0] === OLDEST[0] && version[1] >= OLDEST[1])
    return recent ? { program, folders: [...new Set([prefix, base])], version: version.join('.') } : undefined
  } catch {
    return undefined // Not there, or not a Python.
  }
}
