import type { RecipeDefaults } from './recipe.ts'

/**
 * On-policy steps as small models (0.5 to 5 million parameters) were seen to learn from: 16 problems × 8 rollouts, one
 * update, no KL, no weight decay. Twice the updates per step, or 5e-4, were seen to lose held-out accuracy.
 */
export const ON_POLICY = {
  steps: 60,
  problemsPerStep: 16,
  groupSize: 8,
  updatesPerStep: 1,
  optimizer: { name: 'adamw', learningRate: 2e-4, beta1: 0.9, beta2: 0.95, weightDecay: 0, maxGradNorm: 1, warmupSteps: 5, decay: 'constant' }
} as const satisfies RecipeDefaults

/** Supervised training of a small model from nothing, in minutes on a CPU. */
export const SUPERVISED_OPTIMIZER = {
  name: 'adamw', learningRate: 3e-3, beta1: 0.9, beta2: 0.95, weightDecay: 0.01, maxGradNorm: 1, warmupSteps: 50, decay: 'cosine', decayTo: 0.05
} as const

/** Training a small model further on a few hundred rows: a tenth of the rate that it was made with. */
export const FINE_TUNING_OPTIMIZER = { ...SUPERVISED_OPTIMIZER, learningRate: 3e-4, weightDecay: 0, warmupSteps: 10, decayTo: 0.1 } as const

export const SUPERVISED_STEPS = 2000

/** A program is worth what its tests say, and a mark of cheating takes that away. */
export const EXECUTED = [{ name: 'tests', options: { scoring: 'all' } }, { name: 'tamper', weight: -1 }] satisfies RecipeDefaults['rewards']
