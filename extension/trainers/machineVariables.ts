import path from 'node:path'
import type { WorkspacePythons } from '../contracts/trainers.ts'

/** What this machine's settings say to every process of the trainer. No workspace can set any of it. */
export interface MachineSettings {
  /** Absolute path of an interpreter; empty = none is named. */
  readonly python: string
  /** Absolute path of one that has vLLM; empty = none is named. */
  readonly vllmPython: string
  readonly trustRemoteCode: boolean
  /** What PyTorch computes on where nothing else is said. */
  readonly device: string
  readonly runsPerDevice: number
}

/** As variables of a trainer's process, which it hands on to nobody. */
export function machineVariables({ python, vllmPython, trustRemoteCode, device, runsPerDevice }: MachineSettings, { selected, folders }: WorkspacePythons = NO_PYTHONS): Readonly<Record<string, string>> {
  return {
    ROLLOUT_LAB_RUNS_PER_DEVICE: String(runsPerDevice),
    LAB_TORCH_DEVICE: device,
    ...(python !== '' && { LAB_PYTHON: python }),
    ...(vllmPython !== '' && { LAB_VLLM_PYTHON: vllmPython }),
    ...(trustRemoteCode && { ROLLOUT_LAB_TRUST_REMOTE_CODE: '1' }),
    ...(selected.length > 0 && { LAB_WORKSPACE_PYTHONS: selected.join(path.delimiter) }),
    ...(folders.length > 0 && { LAB_TRUSTED_FOLDERS: folders.join(path.delimiter) })
  }
}

/** Of a workspace that is not trusted. */
export const NO_PYTHONS: WorkspacePythons = { selected: [], folders: [] }
