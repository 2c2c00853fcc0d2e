import type { InferenceSession } from 'onnxruntime-node'

/**
 * One session at a time computes, over all threads. The memory pattern is off because it keeps a third more memory for no
 * speed; the arena is on because without it a step takes twice as long.
 */
export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3
  }
}
