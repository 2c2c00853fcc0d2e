import type { Engine, EngineOptions } from '../engines/engine.ts'
import { onnxEngineEntry } from '../engines/engineEntry.ts'
import { startEngineProcess } from '../engines/engineProcess.ts'
import { createFakeEngine } from '../engines/fake/fakeEngine.ts'
import { explainStart } from '../engines/torch/explainStart.ts'
import { findPython } from '../engines/torch/findPython.ts'
import { pythonCandidates } from '../engines/torch/pythonCandidates.ts'
import type { PythonSources } from '../engines/torch/pythonCandidates.ts'
import { PEFT } from '../engines/torch/requirements.ts'
import type { Requirement } from '../engines/torch/requirements.ts'
import { startTorchEngine } from '../engines/torch/startTorchEngine.ts'
import type { TorchEngineStart } from '../engines/torch/startTorchEngine.ts'
import { LabError } from '../errors.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { TorchOptions } from '../protocol/torchOptions.ts'
import { trustsRemoteCode } from './torch/pythonsOfMachine.ts'

export interface EngineStart extends EngineOptions {
  readonly torch?: TorchOptions | undefined
}

/** Engines that this build has. */
export const ENGINES: readonly ResolvedRun['engine'][] = ['onnx', 'torch', 'fake']

/** Starts an engine by the name that run files give it. @param pythons where one for PyTorch is looked for. */
export async function startEngine(name: ResolvedRun['engine'], start: EngineStart, pythons: () => PythonSources): Promise<Engine> {
  const { threads, microBatchTokens } = start
  switch (name) {
    case 'onnx':
      return startEngineProcess({ entry: onnxEngineEntry(), args: [`--threads=${threads}`, `--micro-batch-tokens=${microBatchTokens}`] })
    case 'torch':
      return startTorch(start, pythons())
    case 'fake':
      return createFakeEngine()
    default:
      throw new LabError('engine', 'engine/not-in-build', `This build has no engine "${name}".`, {
        place: 'engine', remedy: 'Take the engine onnx, which needs nothing but this program.'
      })
  }
}

/** Of commands that no run file stands behind: the editor hands on which device its settings name. */
function optionsOfMachine(): TorchEngineStart['options'] {
  const named = TorchOptions.shape.device.safeParse(process.env['LAB_TORCH_DEVICE'])
  return { dtype: 'stored', ...(named.success && { device: named.data }) }
}

/** What these options need besides what PyTorch's engine always does. */
export const requirementsOf = (torch: TorchOptions | undefined): readonly Requirement[] => (torch?.lora ? [PEFT] : [])

async function startTorch({ threads, microBatchTokens, torch, trains, onNotice }: EngineStart, pythons: PythonSources): Promise<Engine> {
  const options = torch ?? optionsOfMachine()
  const { path } = await findPython(pythonCandidates(pythons), { extra: requirementsOf(torch) })
  try {
    return await startTorchEngine({ python: path, threads, microBatchTokens, options, ...(trains !== undefined && { trains }), trustRemoteCode: trustsRemoteCode(), vllmPython: pythons.vllm?.path, onNotice })
  } catch (error) {
    throw await explainStart(path, error)
  }
}
