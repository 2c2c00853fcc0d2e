import { broken, found, missing } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Execute } from './execute.ts'

const firstLine = (text: string): string => text.trim().split('\n')[0]?.trim() ?? ''

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
