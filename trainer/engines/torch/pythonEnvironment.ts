import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * What PyTorch, its devices and its caches read besides what every engine inherits. No PYTHON* (they could name other code to
 * run) and no tokens. The Python that has vLLM is this machine's to name: no run file or workspace may.
 */
export const PYTHON_INHERITS =
  /^((CUDA|NVIDIA|NCCL|HIP|ROCR|ROCM|HSA|AMD|CUBLAS|CUDNN|OMP|MKL|KMP|GOMP|OPENBLAS|PYTORCH|TORCH|TORCHINDUCTOR|TRITON|VLLM|XDG)_.*|HF_(HOME|HUB_CACHE|HUB_OFFLINE)|ROLLOUT_LAB_VLLM_PYTHON|HUGGINGFACE_HUB_CACHE|CONDA_PREFIX|CC|CXX|LOCALAPPDATA|APPDATA|PROGRAMDATA|PROGRAMFILES|SYSTEMDRIVE|COMSPEC|PATHEXT|NUMBER_OF_PROCESSORS|USER|USERNAME|LOGNAME)$/i

/** Names the Python that has vLLM to the engine. */
export const VLLM_PYTHON = 'ROLLOUT_LAB_VLLM_PYTHON'

/** Nothing is downloaded in the middle of a run, unless the user's own environment allows it. */
export const pythonVariables = (environment: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string>> => ({
  HF_HUB_OFFLINE: environment['HF_HUB_OFFLINE'] ?? '1', HF_HUB_DISABLE_TELEMETRY: '1', DO_NOT_TRACK: '1', TOKENIZERS_PARALLELISM: 'false'
})

/**
 * Isolated: neither the working folder nor PYTHONPATH is looked at, so that no module of a workspace is ever imported; nothing is
 * written beside the sources; UTF-8 everywhere.
 */
export const PYTHON_FLAGS: readonly string[] = ['-I', '-B', '-u', '-X', 'utf8']

/** Packages that the user installed for a system's Python with `pip install --user`, which isolation leaves out, are the user's own. */
const USER_PACKAGES = `import os, site, sys
if sys.prefix == sys.base_prefix and os.path.isdir(site.getusersitepackages()):
    site.addsitedir(site.getusersitepackages())
`

/** @param rest Python code */
export const withUserPackages = (rest: string): string => `${USER_PACKAGES}${rest}`

/** Folder that holds the package `rollout_lab`: beside the source in a working tree, beside the bundles when installed. */
export function packageFolder(runningCode: string = import.meta.url): string {
  const folder = dirname(fileURLToPath(runningCode))
  return runningCode.endsWith('.ts') ? folder : join(folder, 'torchEngine')
}
