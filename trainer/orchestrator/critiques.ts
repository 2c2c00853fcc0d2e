import type { Rollout, Segment } from '../protocol/rollout.ts'
import { hash32 } from '../random/random.ts'
import type { RefineOptions } from './critiqueRefine.ts'
import { requireCritiqueWords } from './critiqueWords.ts'
import { leaveOutUnreadable, takeLabelled } from './labelledCritiques.ts'
import { encodeFitting } from './promptEncoder.ts'
import { segmentOf } from './rolloutSlot.ts'
import type { RolloutSlot } from './rolloutSlot.ts'
import type { StagePlan } from './runPlan.ts'
import { sampleSlots } from './sampleAndScore.ts'
import type { StepInHand } from './sampleAndScore.ts'
import type { Session } from './session.ts'

/** A rollout that failed, with its place. */
export interface Failed {
  readonly row: Rollout
  readonly slot: RolloutSlot
}

export interface Criticised extends Failed {
  /** The response that is criticised. */
  readonly response: string
  readonly text: string
  /** Id of the rollout whose response it is, where it is one of this run. */
  readonly parent?: string
  /** The critique as it was sampled, where a model wrote it. */
  readonly further: readonly Segment[]
}

/** A critique of each; a model's critique that has no room is left out with its rollout. */
export async function writeCritiques(
  session: Session, stage: StagePlan, failed: readonly Failed[], at: StepInHand, critic: RefineOptions['critic']
): Promise<Criticised[]> {
  if (critic === 'policy') return sampleCritiques(session, stage, failed, at)
  if (critic === 'labels') {
    await leaveOutUnreadable(session, stage.critiques!, at.step)
    return takeLabelled(session, failed, stage.critiques!, at.step)
  }
  return failed.map(({ row, slot }) => {
    const { critiqueOf } = requireCritiqueWords(slot.environment)
    const assessment = { steps: critic === 'checker' ? row.steps : [], right: row.correct === true }
    const response = row.segments[0]!.text
    return { row, slot, response, parent: row.id, text: critiqueOf(slot.problem, response, assessment), further: [] }
  })
}

async function sampleCritiques(session: Session, stage: StagePlan, failed: readonly Failed[], at: StepInHand): Promise<Criticised[]> {
  const asked = failed.map(({ row, slot }) => ({
    environment: slot.environment,
    problem: { ...slot.problem, ...requireCritiqueWords(slot.environment).critiquePrompt(slot.problem, row.segments[0]!.text) }
  }))
  const prompts = await encodeFitting(session.engine, session.model, asked, stage.sampling.maxTokens)
  const fitting = failed.flatMap((one, i) => (prompts[i] ? [{ ...one, prompt: prompts[i] }] : []))
  const slots = fitting.map(({ row, slot, prompt }) => [
    { ...slot, prompt, seed: hash32(session.plan.run.seed, 'critique', at.step, row.group, row.sampleIndex) }
  ])
  const completions = await sampleSlots(session, stage, slots, at)
  return completions.map((completion) => {
    const { row, slot, prompt } = fitting[completion.promptIndex]!
    return { row, slot, response: row.segments[0]!.text, parent: row.id, text: completion.text, further: [segmentOf(prompt, completion, 'judge')] }
  })
}
