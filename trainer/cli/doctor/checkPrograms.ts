import { broken, found, missing } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Execute } from './execute.ts'

const firstLine = (text: string): string => text.trim().split('\n')[0]?.trim() ?? ''

const PYTHON_PROBE = [
  'import json, sys',
  'from importlib import metadata',
  'def version(name):',
  '    try: return metadata.version(name)',
  '    except metadata.PackageNotFoundError: return None',
  'print(json.dumps({"python": sys.version.split()[0], **{n: version(n) for n in ("torch", "transformers", "peft", "accelerate", "safetensors")}}))'
].join('\n')

/** The first Python that runs, with the versions of what the torch engine needs. */
export async function checkPython(execute: Execute, candidates: readonly string[]): Promise<Finding> {
  const name = 'Python'
  for (const python of candidates) {
    const { code, stdout } = await execute(python, ['-I', '-c', PYTHON_PROBE])
    if (code !== 0) continue
    const versions = parseVersions(stdout)
    if (!versions) return broken(name, `${python} ran but did not answer as Python does`, 'Install Python 3.10 or newer')
    const packages = Object.entries(versions).filter(([what]) => what !== 'python').map(([what, version]) => `${what} ${version ?? 'missing'}`)
    const detail = `${versions['python']} (${python}): ${packages.join(', ')}`
    return versions['torch'] && versions['transformers'] ? found(name, detail) : missing(name, detail, 'npm run setup:python')
  }
  const detail = `none of ${candidates.join(', ')} runs; the embedded engine needs none`
  return missing(name, detail, 'npm run setup:python, after installing Python 3.10 or newer')
}

function parseVersions(text: string): Record<string, string | null> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, string | null>) : undefined
  } catch {
    return undefined
  }
}

export async function checkGpu(execute: Execute): Promise<Finding> {
  const { code, stdout, exists, stderr } = await execute('nvidia-smi', ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'])
  if (code === 0 && stdout.trim() !== '') return found('GPU', stdout.trim().split('\n').map((line) => line.trim()).join('; '))
  if (exists) return broken('GPU', firstLine(stderr) || firstLine(stdout) || 'nvidia-smi failed', 'Install the driver of the GPU again')
  return missing('GPU', 'no nvidia-smi; runs use the CPU', 'Nothing to do on a machine without an NVIDIA GPU')
}

export async function checkGit(execute: Execute): Promise<Finding> {
  const { code, stdout } = await execute('git', ['--version'])
  return code === 0 ? found('git', firstLine(stdout)) : missing('git', 'runs record no commit', 'Install git')
}
