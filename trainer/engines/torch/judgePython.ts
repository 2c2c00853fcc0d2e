import type { Probe, PythonReport } from './probePython.ts'
import { compareVersions, OLDEST_PYTHON, REQUIRED, specifier } from './requirements.ts'
import type { Requirement } from './requirements.ts'

/** What keeps a Python from running the engine, and what mends it. */
export interface PythonFault {
  readonly code: 'engine/no-python' | 'engine/python-version' | 'engine/missing-package' | 'engine/package-version' | 'engine/broken-package'
  /** Goes on after the name of the Python: "is Python 3.9.2; …", "lacks torch". */
  readonly what: string
  readonly remedy: string
  /** How much was right, to tell which of several Pythons is the nearest. */
  readonly reached: number
}

export const SET_UP = 'Run `lab setup-torch` (in the editor: “Rollout Lab: Set Up PyTorch…”), which makes an environment with everything'

/** @param extra what this run needs besides, such as peft. */
export function judgePython(python: string, probe: Probe, extra: readonly Requirement[] = []): PythonFault | undefined {
  if (probe.kind === 'absent') return { code: 'engine/no-python', what: 'does not exist', remedy: `${SET_UP}.`, reached: 0 }
  if (probe.kind === 'silent') {
    const said = probe.said === '' ? '' : `; it said: ${probe.said}`
    return { code: 'engine/no-python', what: `did not answer as Python ${OLDEST_PYTHON} or newer does${said}`, remedy: `${SET_UP}.`, reached: 1 }
  }
  return judgeReport(python, probe.report, [...REQUIRED, ...extra])
}

function judgeReport(python: string, report: PythonReport, required: readonly Requirement[]): PythonFault | undefined {
  const { version, packages, broken } = report
  if (compareVersions(version, OLDEST_PYTHON) < 0) {
    return { code: 'engine/python-version', what: `is Python ${version}; the engine needs ${OLDEST_PYTHON} or newer`, remedy: `${SET_UP}.`, reached: 2 }
  }
  const missing = required.filter(({ name }) => (packages[name] ?? null) === null)
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ')
    return { code: 'engine/missing-package', what: `(Python ${version}) lacks ${names}`, remedy: installs(python, report, missing), reached: 3 + required.length - missing.length }
  }
  const old = required.filter(({ name, atLeast }) => compareVersions(packages[name]!, atLeast) < 0)
  if (old.length > 0) {
    const names = old.map(({ name, atLeast }) => `${name} ${packages[name]}, and the engine needs ${atLeast} or newer`).join('; ')
    return { code: 'engine/package-version', what: `has ${names}`, remedy: installs(python, report, old), reached: 20 - old.length }
  }
  if (broken === undefined) return undefined
  return { code: 'engine/broken-package', what: `cannot import torch and transformers: ${broken}`, remedy: reinstalls(python, report, required), reached: 20 }
}

/** The command for an environment; a system's Python is better left alone. */
function installs(python: string, report: PythonReport, packages: readonly Requirement[]): string {
  if (!report.isEnvironment) return `${SET_UP}.`
  return `Run: ${pip(python, report)} ${packages.map((each) => `"${specifier(each)}"`).join(' ')}`
}

function reinstalls(python: string, report: PythonReport, packages: readonly Requirement[]): string {
  if (!report.isEnvironment) return `${SET_UP}.`
  return `Run: ${pip(python, report)} --force-reinstall ${packages.map((each) => `"${specifier(each)}"`).join(' ')}`
}

/** Environments that uv made have no pip of their own. */
const pip = (python: string, { packages }: PythonReport): string =>
  (packages['pip'] ?? null) === null ? `uv pip install --python ${quoted(python)}` : `${quoted(python)} -m pip install`

const quoted = (path: string): string => (/^[\w./\\:-]+$/.test(path) ? path : `"${path}"`)

/** Versions beyond those that were tried: they may work. */
export const untried = ({ packages }: PythonReport): readonly string[] =>
  REQUIRED.map(({ name, below }) => ({ name, below, version: packages[name] ?? '' }))
    .filter(({ below, version }) => version !== '' && compareVersions(version, below) >= 0)
    .map(({ name, version }) => `${name} ${version}`)
