import { throwIfStoppedNow } from './cancellation.ts'
import type { StagePlan } from './runPlan.ts'
import { startScoring } from './sampleAndScore.ts'
import type { ScoredRows, Slots, StepInHand } from './sampleAndScore.ts'
import { sampleTurns } from './sampleTurns.ts'
import type { Session } from './session.ts'

/**
 * The step's rollouts, each of several turns where its program fails: it is run, what failed is told, and the model writes again in the same
 * rollout. Each is scored as soon as its last program was run.
 */
export async function executeAndRetry(session: Session, stage: StagePlan, slots: Slots, at: StepInHand, turns: number): Promise<ScoredRows> {
  const { clock } = session.parts
  const groups = slots.map((group) => [...group])
  const scoring = startScoring(session, stage, groups, at)
  const from = clock.seconds()
  const completions = await sampleTurns(session, groups, { parameters: stage.sampling, turns, ...at }, scoring.take).catch((error: unknown) => {
    scoring.cancel()
    throw error
  })
  const sampled = clock.seconds()
  for (const completion of completions) scoring.take(completion)
  const rows = await scoring.rows()
  throwIfStoppedNow(session.control)
  return { groups: rows, seconds: { sample: sampled - from, score: clock.seconds() - sampled } }
}
