import type { SampledCompletion, SamplingParameters } from '../engines/engine.ts'
import { evaluationStep } from './evaluationStep.ts'
import { requireFiniteCompletion } from './finiteCompletion.ts'
import { partialTexts } from './liveNotices.ts'
import type { StepRecorder } from './liveNotices.ts'
import { samplePrompts } from './rolloutSlot.ts'
import type { RolloutSlot } from './rolloutSlot.ts'
import { sampleTurns } from './sampleTurns.ts'
import type { Session } from './session.ts'

/**
 * Completions of an evaluation, told of while they come. Where training tries programs again, so does an evaluation: `groups` then hold the slots with
 * what was executed.
 * @throws LabError `engine/not-finite`.
 */
export async function sampleCompletions(
  session: Session, recorder: StepRecorder, groups: RolloutSlot[][], parameters: SamplingParameters, whole: (completion: SampledCompletion) => void
): Promise<SampledCompletion[]> {
  const batch = { kind: 'evaluation' as const, step: evaluationStep(session) }
  const { rollouts } = session.plan.evaluated
  if (rollouts.strategy === 'executeRetry') return sampleTurns(session, groups, { parameters, turns: rollouts.turns, batch, recorder }, whole)
  const texts = partialTexts(session, batch, groups)
  const finished = (completion: SampledCompletion): void => {
    texts.finished?.(completion)
    whole(completion)
  }
  const completions = await session.engine.sample(samplePrompts(groups), parameters, { ...texts, finished }, session.control.signal)
  for (const completion of completions) requireFiniteCompletion(completion, groups[completion.promptIndex]![completion.sampleIndex]!.problem.id)
  return completions
}
