/** What the PyTorch engine needs of a Python. `pyproject.toml` says the same of the package. */
export const OLDEST_PYTHON = '3.10'

export interface Requirement {
  readonly name: string
  readonly atLeast: string
  /** The first version that it was not tried with. */
  readonly below: string
}

export const TORCH: Requirement = { name: 'torch', atLeast: '2.11', below: '2.14' }
export const TRANSFORMERS: Requirement = { name: 'transformers', atLeast: '5', below: '6' }
export const PEFT: Requirement = { name: 'peft', atLeast: '0.18', below: '1' }

/** In a Python of its own: the first that takes new weights from a folder that it is told (`sampling/vllm/worker.py`). */
export const VLLM: Requirement = { name: 'vllm', atLeast: '0.16', below: '1' }

/** Without these nothing starts. */
export const REQUIRED: readonly Requirement[] = [TORCH, TRANSFORMERS, { name: 'safetensors', atLeast: '0.5', below: '1' }]

/** As pip and uv take it: `torch>=2.11,<2.14`. */
export const specifier = ({ name, atLeast, below }: Requirement): string => `${name}>=${atLeast},<${below}`

/** Of versions such as 2.13.0+cu130 or 3.14.0rc1: by their numbers alone. Negative = a is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  const at = Array.from({ length: Math.max(left.length, right.length) }, (_, i) => i).find((i) => (left[i] ?? 0) !== (right[i] ?? 0))
  return at === undefined ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}

const numbersOf = (version: string): number[] => (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number)
