import type { InferenceSession } from 'onnxruntime-node'

/**
 * One session at a time computes, over all threads. The memory pattern is off because it keeps a third more memory for no
 * speed; the arena is on because without it a step takes twice as long. Threads sleep between operators instead of spinning:
 * as fast for the large operators of training where nothing else runs, and nearly twice as fast where rewards, other runs or
 * an editor want the cores too. Decoding differs (decodeRun.ts).
 */
export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } }
  }
}
