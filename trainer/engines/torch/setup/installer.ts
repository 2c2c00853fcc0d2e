import { existsSync } from 'node:fs'
import { LabError } from '../../../errors.ts'
import { onPath, pythonsIn } from '../pythonCandidates.ts'
import type { ProbePython } from '../probePython.ts'
import { compareVersions, OLDEST_PYTHON } from '../requirements.ts'
import type { RunTool, ToolOptions } from './runTool.ts'

export type InstallerKind = 'uv' | 'pip'

/** What makes an environment and installs into it. */
export interface Installer {
  readonly kind: InstallerKind
  /** For people. */
  readonly name: string
  make(options: ToolOptions): Promise<void>
  /** @param args options and packages of an installation. */
  install(args: readonly string[], options: ToolOptions): Promise<void>
}

export interface InstallerChoice {
  readonly folder: string
  readonly run: RunTool
  readonly environment: NodeJS.ProcessEnv
  readonly probe: ProbePython
  readonly signal: AbortSignal
}

/** The newest first; torch has wheels for all of these. */
const PYTHONS = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14', 'python3', 'python']
/** What uv downloads where this machine has no Python. */
const UV_PYTHON = '3.12'

/** uv where it is there and the environment is new or its own; else a Python with pip. @throws LabError `engine/no-python` */
export async function chooseInstaller(choice: InstallerChoice): Promise<Installer> {
  const [uv] = onPath(['uv'], choice.environment)
  const python = pythonsIn(choice.folder)[0]!
  const known = existsSync(python) ? await choice.probe(python, { signal: choice.signal }) : undefined
  const hasPip = known?.kind === 'answered' && (known.report.packages['pip'] ?? null) !== null
  if (uv !== undefined && !hasPip) return uvInstaller(uv, choice)
  if (known?.kind === 'answered') return pipInstaller(python, choice, known.report.version)
  const [base, version] = await basePython(choice)
  return pipInstaller(base, choice, version)
}

function uvInstaller(uv: string, { folder, run }: InstallerChoice): Installer {
  return {
    kind: 'uv',
    name: 'uv',
    make: (options) => run(uv, ['venv', '--no-project', '--python', `>=${OLDEST_PYTHON},<3.15`, folder], options)
      .catch((error: unknown) => (options.signal.aborted ? Promise.reject(error as Error) : run(uv, ['venv', '--no-project', '--python', UV_PYTHON, folder], options))),
    install: (args, options) => run(uv, ['pip', 'install', '--python', pythonsIn(folder)[0]!, ...args], options)
  }
}

function pipInstaller(base: string, { folder, run }: InstallerChoice, version: string): Installer {
  return {
    kind: 'pip',
    name: `Python ${version} (${base})`,
    make: (options) => run(base, ['-I', '-m', 'venv', folder], options),
    install: (args, options) => run(pythonsIn(folder)[0]!, ['-I', '-m', 'pip', 'install', '--progress-bar', 'off', ...args], options)
  }
}

/** A Python of this machine that environments can be made from. */
async function basePython({ environment, probe, signal }: InstallerChoice): Promise<readonly [string, string]> {
  const found: string[] = []
  for (const python of onPath(PYTHONS, environment)) {
    const answer = await probe(python, { signal })
    if (answer.kind !== 'answered') continue
    if (compareVersions(answer.report.version, OLDEST_PYTHON) >= 0) return [python, answer.report.version]
    found.push(`${python} is ${answer.report.version}`)
  }
  const old = found.length === 0 ? '' : ` (${found.join(', ')})`
  throw new LabError('engine', 'engine/no-python', `No Python ${OLDEST_PYTHON} or newer is on the PATH${old}.`, {
    remedy: `Install Python 3.12${process.platform === 'darwin' ? ' (brew install python@3.12)' : process.platform === 'win32' ? ' from python.org' : ' from your system’s packages'}, or uv (docs.astral.sh/uv), which brings one; then try again.`
  })
}
