import { existsSync, realpathSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** A Python that could run the engine, and why it is thought of. */
export interface PythonCandidate {
  readonly path: string
  /** For people: "chosen by --python", "on the PATH". */
  readonly from: string
  /** Somebody named just this one: no other is taken in its place. */
  readonly chosen: boolean
}

/** A Python that somebody named, and by what. */
export interface NamedPython {
  readonly path: string
  readonly by: string
}

/** Where this program may look for a Python. No run file and no setting of a workspace is among it. */
export interface PythonSources {
  /** What a flag or a setting of this machine names. */
  readonly chosen?: NamedPython | undefined
  /** The Python that has vLLM, which pins a torch of its own; undefined = none is named. */
  readonly vllm?: NamedPython | undefined
  /** Environments that this program has made, best first; those that do not exist are passed over. */
  readonly own: readonly string[]
  /** Interpreters that a trusted workspace has selected. */
  readonly selected: readonly string[]
  /** Trusted folders, in which environments may lie. */
  readonly trustedFolders: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform?: NodeJS.Platform
}

/** Where tools put the environment of a workspace: venv, uv, virtualenv, VS Code with conda, pixi. */
const WORKSPACE_ENVIRONMENTS = ['.venv', 'venv', '.conda', join('.pixi', 'envs', 'default')]

/** In the order in which they are tried. */
export function pythonCandidates(sources: PythonSources): readonly PythonCandidate[] {
  const { chosen, environment, platform = process.platform } = sources
  if (chosen) return [{ path: chosen.path, from: `chosen by ${chosen.by}`, chosen: true }]
  const named = environment['ROLLOUT_LAB_PYTHON']
  if (named !== undefined && named !== '') return [{ path: named, from: 'named by ROLLOUT_LAB_PYTHON', chosen: true }]
  const found = (paths: readonly string[], from: string): PythonCandidate[] => paths.map((path) => ({ path, from, chosen: false }))
  const inside = (folder: string | undefined, from: string): PythonCandidate[] => (folder ? found(pythonsIn(folder, platform), from) : [])
  const all = [
    ...sources.own.flatMap((folder) => inside(folder, 'made by Set Up PyTorch')),
    ...inside(environment['VIRTUAL_ENV'], 'the active environment'),
    ...inside(environment['CONDA_PREFIX'], 'the active conda environment'),
    ...found(sources.selected, 'selected in the workspace'),
    ...found(workspacePythons(sources.trustedFolders, platform), 'of the workspace'),
    ...found(onPath(['python3', 'python'], environment, platform), 'on the PATH')
  ]
  return all.filter(({ path }, i) => all.findIndex((other) => other.path === path) === i && existsSync(path))
}

/** Interpreters that may lie in these folders. */
export const workspacePythons = (folders: readonly string[], platform: NodeJS.Platform = process.platform): readonly string[] =>
  folders.flatMap((folder) => WORKSPACE_ENVIRONMENTS.flatMap((name) => pythonsIn(join(folder, name), platform)))

/** Interpreters of an environment's folder that may exist; conda's on Windows lies at its top. */
export function pythonsIn(folder: string, platform: NodeJS.Platform = process.platform): readonly string[] {
  return platform === 'win32' ? [join(folder, 'Scripts', 'python.exe'), join(folder, 'python.exe')] : [join(folder, 'bin', 'python')]
}

/**
 * Programs of these names on the PATH. Relative entries would lead into whatever folder the command was given in, and the
 * placeholders of the Windows Store only open a shop.
 */
export function onPath(names: readonly string[], environment: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform = process.platform): readonly string[] {
  const path = Object.entries(environment).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? ''
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder) && !/[\\/]Microsoft[\\/]WindowsApps[\\/]?$/i.test(folder))
  const files = platform === 'win32' ? names.map((name) => `${name}.exe`) : names
  const found = files.flatMap((file) => folders.map((folder) => join(folder, file))).filter((file) => existsSync(file))
  const [real, known] = [found.map((file) => realpathSync(file)), new Set<string>()]
  return found.filter((_, i) => !known.has(real[i]!) && known.add(real[i]!))
}
