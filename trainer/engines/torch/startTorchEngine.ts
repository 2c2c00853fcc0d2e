import type { TorchOptions } from '../../protocol/torchOptions.ts'
import { checkedEngine } from '../checkedEngine.ts'
import type { Engine, EngineOptions } from '../engine.ts'
import { startEngineProcess } from '../engineProcess.ts'
import { VLLM_PYTHON } from './pythonEnvironment.ts'
import { torchEngineEntry } from './torchEngineEntry.ts'

export interface TorchEngineStart extends EngineOptions {
  /** Absolute path of a Python that has what the engine needs. */
  readonly python: string
  /** Where nothing is trained, `stored` is a type too: on a GPU the one that the weights of a folder have. */
  readonly options: Partial<Omit<TorchOptions, 'dtype'>> & { readonly dtype?: TorchOptions['dtype'] | 'stored' }
  /** Model folders may run code of their own: the machine's to say, never a run file's. Default: no. */
  readonly trustRemoteCode?: boolean
  /** Absolute path of a Python that has vLLM, in place of what the environment names. */
  readonly vllmPython?: string | undefined
  /** Folder with the package `rollout_lab`, where it is not this program's. */
  readonly packageFolder?: string
}

/** Importing torch from a cold disk, or over a network, takes its time. */
const START_SECONDS = 120

/** Starts the PyTorch engine in a process of its own. Rejects with `engine/no-start`, or with what the engine says it lacks. */
export async function startTorchEngine(start: TorchEngineStart): Promise<Engine & { readonly pid: number }> {
  const { python, threads, microBatchTokens, options, trains = true, trustRemoteCode = false, onNotice } = start
  const engine = await startEngineProcess({
    entry: torchEngineEntry(python, start.packageFolder),
    args: ['--threads', String(threads), '--micro-batch-tokens', String(microBatchTokens), '--options', JSON.stringify({ ...options, trains, trustRemoteCode })],
    ...(start.vllmPython !== undefined && { environment: { [VLLM_PYTHON]: start.vllmPython } }),
    startSeconds: START_SECONDS, onNotice
  })
  return { ...checkedEngine(engine), pid: engine.pid }
}
