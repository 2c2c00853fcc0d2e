import { existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import type { NamedPython, PythonSources } from '../../engines/torch/pythonCandidates.ts'
import { VLLM_PYTHON } from '../../engines/torch/pythonEnvironment.ts'
import { INCOMPLETE } from '../../engines/torch/setup/setUpTorch.ts'
import { torchEnvironmentFolder } from '../userFolders.ts'

export interface MachineChoice {
  /** What `--python` names, absolute. */
  readonly flag?: string | undefined
  /** What `--vllm-python` names, absolute. */
  readonly vllmFlag?: string | undefined
  /** Folder of this program. */
  readonly root: string
  /** Folders whose environments may be used, because people trust them. */
  readonly trustedFolders: readonly string[]
}

/**
 * Where a Python for PyTorch is looked for. The editor hands on by environment variables what its machine's settings and a
 * trusted workspace say; nothing of a run file comes here.
 */
export function pythonsOfMachine({ flag, vllmFlag, root, trustedFolders }: MachineChoice, environment: NodeJS.ProcessEnv = process.env): PythonSources {
  const setting = environment['LAB_PYTHON']
  const chosen = flag !== undefined ? { path: flag, by: '--python' } : setting ? { path: setting, by: 'the setting rolloutLab.python' } : undefined
  const vllm = vllmOfMachine(vllmFlag, environment)
  return {
    ...(chosen && { chosen }),
    ...(vllm && { vllm }),
    own: [join(root, '.venv'), torchEnvironmentFolder()].filter((folder) => existsSync(folder) && !existsSync(join(folder, INCOMPLETE))),
    selected: absolutePaths(environment['LAB_WORKSPACE_PYTHONS']),
    trustedFolders: [...absolutePaths(environment['LAB_TRUSTED_FOLDERS']), ...trustedFolders],
    environment
  }
}

function vllmOfMachine(flag: string | undefined, environment: NodeJS.ProcessEnv): NamedPython | undefined {
  const [setting, variable] = [environment['LAB_VLLM_PYTHON'], environment[VLLM_PYTHON]]
  if (flag !== undefined) return { path: flag, by: '--vllm-python' }
  if (setting) return { path: setting, by: 'the setting rolloutLab.vllmPython' }
  return variable ? { path: variable, by: VLLM_PYTHON } : undefined
}

const absolutePaths = (list = ''): readonly string[] => list.split(delimiter).filter((path) => isAbsolute(path))

/** Whether model folders may run code of their own: this machine's to say, never a run file's. */
export const trustsRemoteCode = (environment: NodeJS.ProcessEnv = process.env): boolean => environment['ROLLOUT_LAB_TRUST_REMOTE_CODE'] === '1'
