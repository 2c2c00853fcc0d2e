import type { RolloutStrategy } from '../protocol/runFile.ts'

interface StepSize {
  readonly problems: number
  readonly groupSize: number
}

/** Completions that an RL step samples at most, refinements, critiques and further turns with them. */
export function completionsPerStep(rollouts: RolloutStrategy, { problems, groupSize }: StepSize): number {
  const first = problems * groupSize
  switch (rollouts.strategy) {
    case 'plain': return first
    case 'executeRetry': return first * rollouts.turns
    case 'critic': return first * 2
    case 'critiqueRefine': return first + problems * Math.min(rollouts.attempts, groupSize) * (rollouts.critic === 'policy' ? 2 : 1)
  }
}
