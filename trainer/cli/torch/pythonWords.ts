import { untried } from '../../engines/torch/judgePython.ts'
import type { PythonReport } from '../../engines/torch/probePython.ts'
import { bytes } from '../terminal/numbers.ts'

const SHOWN = ['torch', 'transformers', 'peft', 'accelerate', 'vllm']

/** "Python 3.12.1, torch 2.13.0, transformers 5.23.0, no peft" */
export function versionsInWords(report: PythonReport): string {
  const packages = SHOWN.filter((name) => name !== 'vllm' || report.packages[name]).map((name) => (report.packages[name] ? `${name} ${report.packages[name]}` : `no ${name}`))
  const newer = untried(report)
  return [`Python ${report.version}`, ...packages].join(', ') + (newer.length === 0 ? '' : ` (newer than tried: ${newer.join(', ')})`)
}

/** What torch can compute on: "NVIDIA H200 (150 GB, cuda)", or "CPU only". */
export function devicesInWords({ devices = [] }: PythonReport): string {
  const gpus = devices.filter(({ kind }) => kind !== 'cpu')
  if (gpus.length === 0) return 'CPU only'
  return gpus.map(({ name, kind, memoryBytes }) => `${name} (${memoryBytes === undefined ? '' : `${bytes(memoryBytes)}, `}${kind})`).join(', ')
}
