import type { Session } from './session.ts'

/** Step under which an evaluation is recorded: the RL steps done, or, in a run that learns from rows alone, its optimiser steps. */
export function evaluationStep({ plan, position }: Pick<Session, 'plan' | 'position'>): number {
  return plan.steps === 0 && plan.stages.some(({ data }) => data !== undefined) ? position.policyVersion : position.step
}
