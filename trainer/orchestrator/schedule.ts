import type { OptimizerStep } from '../engines/engine.ts'
import type { StagePlan } from './runPlan.ts'

/**
 * Learning rate of the update with this index (from 0) of `updates`: linear warm-up to the full rate over `warmupSteps`,
 * then constant, or falling to `decayTo` of it at the last update (linear; cosine: Loshchilov & Hutter 2017).
 */
export function learningRateAt(optimizer: StagePlan['optimizer'], index: number, updates: number): number {
  const { learningRate, warmupSteps, decay, decayTo } = optimizer
  if (index < warmupSteps) return (learningRate * (index + 1)) / warmupSteps
  if (decay === 'constant') return learningRate
  const progress = Math.min(1, (index - warmupSteps) / Math.max(1, updates - 1 - warmupSteps))
  const share = decay === 'linear' ? 1 - progress : (1 + Math.cos(Math.PI * progress)) / 2
  return learningRate * (decayTo + (1 - decayTo) * share)
}

export function optimizerStepAt(optimizer: StagePlan['optimizer'], index: number, updates: number): OptimizerStep {
  const { name, beta1, beta2, epsilon, weightDecay, maxGradNorm } = optimizer
  return { name, beta1, beta2, epsilon, weightDecay, maxGradNorm, learningRate: learningRateAt(optimizer, index, updates) }
}
