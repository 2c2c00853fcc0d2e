import type { Rollout } from '../protocol/rollout.ts'
import type { Session } from './session.ts'

/**
 * Shows one completion of an evaluation: always the same held-out problem, so that people see it get better, decoded
 * greedily where the evaluation does that: a sample may be an unlucky one. The first evaluation chooses: the first problem
 * answered wrongly, among those that every evaluation has.
 */
export function showRollout(session: Session, rows: readonly Rollout[]): void {
  const ofSet = rows.filter(({ tags }) => tags['set'] === session.plan.heldOut.name)
  const greedy = ofSet.filter(({ tags }) => tags['decoding'] === 'greedy')
  const first = greedy.length > 0 ? greedy : ofSet.filter(({ sampleIndex }) => sampleIndex === 0)
  session.shown.problemId ??= choose(first.slice(0, session.plan.run.evaluation.duringProblems))?.problemId
  const shown = first.find(({ problemId }) => problemId === session.shown.problemId)
  if (!shown) return
  const segment = shown.segments[0]!
  session.journal.event({
    type: 'rolloutShown',
    step: shown.step,
    rolloutId: shown.id,
    problem: segment.samplePrompt.text,
    text: segment.text,
    reward: shown.reward.total,
    correct: shown.correct
  })
}

const choose = (rows: readonly Rollout[]): Rollout | undefined => rows.find(({ correct }) => correct === false) ?? rows[0]
