import { sampleCritics } from './criticRollouts.ts'
import { refineFailed } from './critiqueRefine.ts'
import { executeAndRetry } from './executeRetry.ts'
import type { StagePlan } from './runPlan.ts'
import { sampleAndScore } from './sampleAndScore.ts'
import type { ScoredRows, Slots, StepInHand } from './sampleAndScore.ts'
import type { Session } from './session.ts'

/** The rollouts of a step, sampled as the stage's strategy says, scored and recorded. */
export async function sampleRollouts(session: Session, stage: StagePlan, slots: Slots, at: StepInHand): Promise<ScoredRows> {
  switch (stage.rollouts.strategy) {
    case 'plain':
      return sampleAndScore(session, stage, slots, at)
    case 'executeRetry':
      return executeAndRetry(session, stage, slots, at, stage.rollouts.turns)
    case 'critiqueRefine':
      return refineFailed(session, stage, slots, at, stage.rollouts)
    case 'critic':
      return sampleCritics(session, stage, slots, at)
  }
}
