import { existsSync } from 'node:fs'
import { PEFT, specifier, TORCH, TRANSFORMERS } from '../requirements.ts'
import type { InstallerKind } from './installer.ts'
import type { RunTool } from './runTool.ts'

/** What torch shall compute on. `default`: whatever the package index has under the plain name. */
export const ACCELERATORS = ['auto', 'cuda', 'rocm', 'cpu', 'default'] as const
export type Accelerator = (typeof ACCELERATORS)[number]

const nameOf = (spec: string): string => /^[\w.-]+/.exec(spec)?.[0].toLowerCase() ?? spec

const ALWAYS = [specifier(TRANSFORMERS), 'safetensors>=0.5,<1', specifier(PEFT), 'accelerate>=1.10,<2', 'jinja2>=3.1']

/** What is installed: what is asked for stands in the place of the default of the same name. */
export function choosePackages(asked: readonly string[]): { readonly torch: string; readonly others: readonly string[] } {
  const names = new Set(asked.map(nameOf))
  const torch = asked.find((spec) => nameOf(spec) === 'torch') ?? specifier(TORCH)
  // Named again, so that nothing else brings another version of it.
  return { torch, others: [torch, ...ALWAYS.filter((spec) => !names.has(nameOf(spec))), ...asked.filter((spec) => nameOf(spec) !== 'torch')] }
}

export interface TorchChoice {
  readonly accelerator: Accelerator
  readonly indexUrl?: string | undefined
  readonly installer: InstallerKind
  readonly run: RunTool
  readonly platform?: NodeJS.Platform
}

export interface TorchAttempt {
  /** Options of the installer. */
  readonly args: readonly string[]
  readonly words: string
}

const INDEX = 'https://download.pytorch.org/whl'
/** CUDA that the wheels of the plain package index are built for: Windows has them elsewhere. */
const CUDA_INDEX = `${INDEX}/cu130`
/** An index that does not answer is given up soon. */
const IMPATIENT = ['--retries', '1', '--timeout', '15']

const PLAIN: TorchAttempt = { args: [], words: 'from the package index' }

/** Where torch comes from, best first. */
export async function torchAttempts({ accelerator, indexUrl, installer, run, platform = process.platform }: TorchChoice): Promise<readonly TorchAttempt[]> {
  if (indexUrl !== undefined) return [{ args: ['--index-url', indexUrl], words: `from ${indexUrl}` }]
  if (platform === 'darwin') return [PLAIN]
  const chosen = accelerator === 'auto' ? await deviceHere(run) : accelerator
  if (chosen === 'default') return [PLAIN]
  if (installer === 'uv') return [{ args: [`--torch-backend=${chosen === 'cpu' ? 'cpu' : 'auto'}`], words: `for ${chosen === 'cpu' ? 'the CPU' : chosen}` }, PLAIN]
  const from = (index: string, words: string): TorchAttempt => ({ args: ['--index-url', index, ...IMPATIENT], words })
  if (chosen === 'cpu') return [from(`${INDEX}/cpu`, 'for the CPU'), PLAIN]
  if (chosen === 'rocm') return ROCM.map((version) => from(`${INDEX}/rocm${version}`, `for ROCm ${version}`))
  return platform === 'win32' ? [from(CUDA_INDEX, 'for CUDA')] : [{ ...PLAIN, words: 'for CUDA (about 3 GB)' }]
}

/** Indexes of ROCm, newest first; each has the versions of torch that were built for it. */
const ROCM = ['7.2', '7.1', '7.0', '6.4']

/** What this machine has, by its drivers. */
async function deviceHere(run: RunTool): Promise<Exclude<Accelerator, 'auto'>> {
  const quiet = { doing: 'Looking for a GPU', cwd: '.', signal: new AbortController().signal, onLine: () => undefined }
  const works = (program: string, args: readonly string[]): Promise<boolean> => run(program, args, quiet).then(() => true, () => false)
  if (await works('nvidia-smi', ['-L'])) return 'cuda'
  return existsSync('/dev/kfd') ? 'rocm' : 'cpu'
}
