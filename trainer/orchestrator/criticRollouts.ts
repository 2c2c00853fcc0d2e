import { LabError } from '../errors.ts'
import type { SampledCompletion } from '../engines/engine.ts'
import type { Verdict } from '../environments/environment.ts'
import type { Problem } from '../protocol/problem.ts'
import { hash32 } from '../random/random.ts'
import { throwIfStoppedNow } from './cancellation.ts'
import { requireCritiqueWords } from './critiqueWords.ts'
import { gradeCompletion } from './grading.ts'
import { encodeFitting } from './promptEncoder.ts'
import { segmentOf } from './rolloutSlot.ts'
import type { RolloutSlot } from './rolloutSlot.ts'
import type { StagePlan } from './runPlan.ts'
import { sampleSlots, startScoring } from './sampleAndScore.ts'
import type { ScoredRows, Slots, StepInHand } from './sampleAndScore.ts'
import type { Session } from './session.ts'

/**
 * Critiques as rollouts: each problem asks for a critique of a response. What the model makes of the response under each critique
 * is sampled as well; it is recorded behind the critique, not trained, and its verdict is what the reward `refined` takes.
 */
export async function sampleCritics(session: Session, stage: StagePlan, slots: Slots, at: StepInHand): Promise<ScoredRows> {
  const { clock } = session.parts
  const from = clock.seconds()
  const critiques = await sampleSlots(session, stage, slots, at)
  throwIfStoppedNow(session.control)
  const refined = await sampleRefinements(session, stage, slots, critiques, at)
  throwIfStoppedNow(session.control)
  const sampled = clock.seconds()
  const scoring = startScoring(session, stage, slots.map((group) => group.map((slot) => refined.get(slot) ?? slot)), at)
  for (const critique of critiques) scoring.take(critique)
  const groups = await scoring.rows()
  throwIfStoppedNow(session.control)
  return { groups, seconds: { sample: sampled - from, score: clock.seconds() - sampled } }
}

/** Each slot with the refinement that came of its critique. */
async function sampleRefinements(
  session: Session, stage: StagePlan, slots: Slots, critiques: readonly SampledCompletion[], at: StepInHand
): Promise<ReadonlyMap<RolloutSlot, RolloutSlot>> {
  const asked = critiques.map((critique) => {
    const slot = slots[critique.promptIndex]![critique.sampleIndex]!
    const judged = judgedBy(slot)
    const prompt = requireCritiqueWords(slot.environment).refinePrompt(judged.problem, judged.response, critique.text)
    return { slot, critique, solve: judged.problem, environment: slot.environment, problem: { ...judged.problem, ...prompt } }
  })
  const prompts = await encodeFitting(session.engine, session.model, asked, stage.sampling.maxTokens)
  const fitting = asked.flatMap((one, i) => (prompts[i] ? [{ ...one, prompt: prompts[i] }] : []))
  const refiningSlots = fitting.map(({ slot, prompt }) => [
    { ...slot, prompt, seed: hash32(session.plan.run.seed, 'refinement', at.step, slot.group, slot.sampleIndex) }
  ])
  const completions = await sampleSlots(session, stage, refiningSlots, at)
  const refined = new Map<RolloutSlot, RolloutSlot>(asked.map(({ slot }) => [slot, { ...slot, refined: NO_ROOM }]))
  const graded = await Promise.all(completions.map(({ promptIndex, text }) => {
    const { slot, solve } = fitting[promptIndex]!
    return gradeCompletion({ environment: slot.environment, problem: solve }, text, { executor: session.parts.executor, signal: session.control.signal })
  }))
  for (const [i, completion] of completions.entries()) {
    const { slot, prompt } = fitting[completion.promptIndex]!
    const verdict = graded[i]!.found?.verdict
    refined.set(slot, { ...slot, further: [segmentOf(prompt, completion, 'refine')], ...(verdict && { refined: verdict }) })
  }
  return refined
}

const NO_ROOM: Verdict = { correct: false, score: 0, answer: null, why: 'The critique left no room in the context for a refinement.' }

/** @throws LabError `environment/judges-nothing`. */
function judgedBy({ environment, problem }: RolloutSlot): { readonly problem: Problem; readonly response: string } {
  const judged = requireCritiqueWords(environment).judged(problem)
  if (judged) return judged
  throw new LabError('environment', 'environment/judges-nothing', `Problem ${problem.id} of ${environment.name} asks for no critique.`, {
    remedy: 'With the rollout strategy “critic” draw problems that do: for maze-walk, the option task “judge”.', place: 'environment.options'
  })
}
