import type { RolloutStrategy } from '../protocol/runFile.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { hash32, randomStream } from '../random/random.ts'
import { writeCritiques } from './critiques.ts'
import type { Failed } from './critiques.ts'
import { requireCritiqueWords } from './critiqueWords.ts'
import { encodeFitting } from './promptEncoder.ts'
import type { RolloutSlot } from './rolloutSlot.ts'
import type { StagePlan } from './runPlan.ts'
import { sampleAndScore } from './sampleAndScore.ts'
import type { ScoredRows, Seconds, Slots, StepInHand } from './sampleAndScore.ts'
import type { Session } from './session.ts'

export type RefineOptions = Extract<RolloutStrategy, { strategy: 'critiqueRefine' }>

/**
 * The step's rollouts, and after each group the refinements of some that failed: each is told what is wrong with it and tries
 * again. A refinement has a place in its group behind all rollouts; it is trained under the plain prompt.
 */
export async function refineFailed(session: Session, stage: StagePlan, slots: Slots, at: StepInHand, options: RefineOptions): Promise<ScoredRows> {
  const first = await sampleAndScore(session, stage, slots, at)
  const from = session.parts.clock.seconds()
  const failed = first.groups.flatMap((rows, g) => chooseFailed(rows, slots[g]!, session.plan.run.seed, at.step, options.attempts))
  const slotsToRefine = await refinementSlots(session, stage, failed, at, options)
  const prepared = session.parts.clock.seconds() - from
  const second = await sampleAndScore(session, stage, slotsToRefine.map((slot) => [slot]), at)
  const refined = second.groups.flat()
  return {
    groups: first.groups.map((rows) => [...rows, ...refined.filter(({ group }) => group === rows[0]?.group)]),
    seconds: addSeconds(addSeconds(first.seconds, { sample: prepared }), second.seconds)
  }
}

/** Some of the wrong rollouts of a group, in an order that depends on seed, step and group alone. */
function chooseFailed(rows: readonly Rollout[], slots: readonly RolloutSlot[], seed: number, step: number, attempts: number): Failed[] {
  const wrong = rows.flatMap((row, i) => (row.correct === false ? [{ row, slot: slots[i]! }] : []))
  return randomStream(seed, 'refine', step, rows[0]?.group ?? '').shuffle(wrong).slice(0, attempts)
}

/** Where the prompt with response and critique leaves room to try again. */
async function refinementSlots(session: Session, stage: StagePlan, failed: readonly Failed[], at: StepInHand, options: RefineOptions): Promise<RolloutSlot[]> {
  const critiques = await writeCritiques(session, stage, failed, at, options.critic)
  const asked = critiques.map(({ slot, response, text }) => ({
    environment: slot.environment,
    problem: { ...slot.problem, ...requireCritiqueWords(slot.environment).refinePrompt(slot.problem, response, text) }
  }))
  const prompts = await encodeFitting(session.engine, session.model, asked, stage.sampling.maxTokens)
  const taken = new Map<string, number>()
  return critiques.flatMap(({ row, slot, further, parent }, i) => {
    const prompt = prompts[i]!
    if (prompt === null) return []
    const nth = taken.get(row.group) ?? 0
    taken.set(row.group, nth + 1)
    return [{
      ...slot, prompt, further,
      sampleIndex: stage.groupSize + nth,
      seed: hash32(session.plan.run.seed, 'refinement', at.step, row.group, row.sampleIndex),
      refines: { trainPrompt: slot.prompt, ...(parent !== undefined && { parent }) }
    }]
  })
}

function addSeconds(a: Seconds, b: Seconds): Seconds {
  return { ...a, ...Object.fromEntries(Object.entries(b).map(([phase, seconds]) => [phase, seconds + (a[phase as keyof Seconds] ?? 0)])) }
}
