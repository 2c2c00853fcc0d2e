import { endsAsScorer } from './runPlan.ts'
import type { RunPlan, StagePlan } from './runPlan.ts'
import type { Session } from './session.ts'

/** The stage that the evaluation before training precedes: demonstrations make the model whose learning is measured. */
export const firstMeasured = ({ stages }: RunPlan): StagePlan | undefined => stages.find(({ kind, data }) => kind === 'rl' || data !== undefined)

/** Whether a run learns from rows alone, so that its evaluations are recorded under optimiser steps. */
const countsUpdates = ({ steps, stages }: RunPlan): boolean => steps === 0 && stages.some(({ data }) => data !== undefined)

/** Step under which the evaluation before training is recorded. */
export function stepBefore(plan: RunPlan): number {
  const measured = firstMeasured(plan)
  if (!measured || !countsUpdates(plan)) return 0
  return plan.stages.slice(0, measured.index).reduce((sum, { steps }) => sum + steps, 0)
}

/**
 * Step under which an evaluation is recorded: the RL steps done, or, in a run that learns from rows alone, its optimiser steps. The steps in which
 * a policy becomes a scorer of steps count on.
 */
export function evaluationStep({ plan, position }: Pick<Session, 'plan' | 'position'>): number {
  if (countsUpdates(plan)) return position.policyVersion
  const scoring = endsAsScorer(plan.stages) && position.stageIndex === plan.stages.length - 1
  return position.step + (scoring ? position.stageStep : 0)
}
