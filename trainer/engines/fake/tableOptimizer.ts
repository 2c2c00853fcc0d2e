import type { OptimizerStep, OptimizerStepResult } from '../engine.ts'
import { emptyTables, PARAMETERS } from './tabularPolicy.ts'
import type { Tables } from './tabularPolicy.ts'

/** First and second moments of AdamW and the number of steps behind them. */
export interface OptimizerState {
  steps: number
  readonly first: Tables
  readonly second: Tables
}

export const newOptimizerState = (vocabularySize: number): OptimizerState => ({
  steps: 0,
  first: emptyTables(vocabularySize),
  second: emptyTables(vocabularySize)
})

/** AdamW (Loshchilov & Hutter 2019) or SGD with decoupled decay, after global-norm clipping. Changes tables and state. */
export function applyOptimizer(tables: Tables, gradient: Tables, state: OptimizerState, step: OptimizerStep): OptimizerStepResult {
  const gradNorm = globalNorm(gradient)
  const scale = step.maxGradNorm > 0 && gradNorm > step.maxGradNorm ? step.maxGradNorm / gradNorm : 1
  state.steps += 1
  let squared = 0
  for (const table of PARAMETERS) {
    for (let i = 0; i < tables[table].length; i++) {
      const direction = step.name === 'sgd' ? scale * gradient[table][i]! : adam(state, table, i, scale * gradient[table][i]!, step)
      const change = -step.learningRate * (direction + step.weightDecay * tables[table][i]!)
      tables[table][i]! += change
      squared += change * change
    }
  }
  return { gradNorm, updateNorm: Math.sqrt(squared), parameterNorm: globalNorm(tables) }
}

export function globalNorm(tables: Tables): number {
  let squared = 0
  for (const table of PARAMETERS) for (const value of tables[table]) squared += value * value
  return Math.sqrt(squared)
}

function adam(state: OptimizerState, table: keyof Tables, i: number, gradient: number, step: OptimizerStep): number {
  const first = (state.first[table][i] = step.beta1 * state.first[table][i]! + (1 - step.beta1) * gradient)
  const second = (state.second[table][i] = step.beta2 * state.second[table][i]! + (1 - step.beta2) * gradient * gradient)
  const corrected = Math.sqrt(second / (1 - step.beta2 ** state.steps)) + step.epsilon
  return first / (1 - step.beta1 ** state.steps) / corrected
}
