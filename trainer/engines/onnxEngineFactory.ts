import type { EngineFactory } from './engine.ts'
import { onnxEngineEntry } from './engineEntry.ts'
import { startEngineProcess } from './engineProcess.ts'

/** Starts the embedded engine in a process of its own. */
export const onnxEngineFactory: EngineFactory = ({ threads, microBatchTokens }) =>
  startEngineProcess({ entry: onnxEngineEntry(), args: ['--threads', String(threads), '--micro-batch-tokens', String(microBatchTokens)] })
