import { TorchOptions } from '../protocol/torchOptions.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'

/** GPUs are idle on less. */
const TORCH_MICRO_BATCH_TOKENS = 8192

/** A resolved run says all that its engine goes by. @param said what people and the recipe wrote. */
export function withTorchDefaults(run: ResolvedRun, said: unknown): ResolvedRun {
  if (run.engine !== 'torch') return run
  const isSaid = typeof said === 'object' && said !== null && 'microBatchTokens' in said
  return { ...run, microBatchTokens: isSaid ? run.microBatchTokens : TORCH_MICRO_BATCH_TOKENS, torch: run.torch ?? TorchOptions.parse({}) }
}
