import type { Engine } from '../engines/engine.ts'
import { onnxEngineEntry } from '../engines/engineEntry.ts'
import { startEngineProcess } from '../engines/engineProcess.ts'
import { createFakeEngine } from '../engines/fake/fakeEngine.ts'
import { LabError } from '../errors.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'

export interface EngineStart {
  /** 0 = all cores. */
  readonly threads: number
  readonly microBatchTokens: number
}

/** Engines that this build has. */
export const ENGINES: readonly ResolvedRun['engine'][] = ['onnx', 'fake']

/** Starts an engine by the name that run files give it. */
export async function startEngine(name: ResolvedRun['engine'], { threads, microBatchTokens }: EngineStart): Promise<Engine> {
  switch (name) {
    case 'onnx':
      return startEngineProcess({ entry: onnxEngineEntry(), args: [`--threads=${threads}`, `--micro-batch-tokens=${microBatchTokens}`] })
    case 'fake':
      return createFakeEngine()
    default:
      throw new LabError('engine', 'engine/not-in-build', `This build has no engine "${name}".`, {
        place: 'engine', remedy: 'Set "engine": "onnx" in the run file, which needs nothing but this program.'
      })
  }
}
