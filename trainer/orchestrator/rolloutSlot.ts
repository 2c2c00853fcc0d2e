import type { SampledCompletion, SamplePrompt } from '../engines/engine.ts'
import type { Verdict } from '../environments/environment.ts'
import { afterPrompt } from '../environments/openedThinking.ts'
import type { ExecutionRecord } from '../protocol/execution.ts'
import type { Rollout, Segment } from '../protocol/rollout.ts'
import { hash32 } from '../random/random.ts'
import type { EncodedPrompt } from './promptEncoder.ts'
import type { DrawnProblem } from './problemSource.ts'
import type { Range } from './turns.ts'

/** A place for one completion: everything about it that is known before sampling. */
export interface RolloutSlot extends DrawnProblem {
  readonly prompt: EncodedPrompt
  readonly group: string
  readonly sampleIndex: number
  readonly seed: number
  readonly tags: Readonly<Record<string, string>>
  /** For a refinement: the plain prompt that it is trained under, and the rollout that it refines where that is of this run. */
  readonly refines?: { readonly trainPrompt: EncodedPrompt; readonly parent?: string }
  /** What led to this completion or came of it: recorded behind it, never trained. */
  readonly further?: readonly Segment[]
  /** Verdict on the refinement that came of a critique. */
  readonly refined?: Verdict
  /** What was executed while this completion was sampled, turn by turn: taken as it stands. */
  readonly executions?: readonly ExecutionRecord[]
  /** Where its turns stand in the completion, and what was told between them. */
  readonly turns?: readonly Range[]
  readonly told?: readonly Range[]
}

/** Where in the run a batch of rollouts is sampled. */
export interface BatchIdentity {
  readonly kind: Rollout['kind']
  readonly stage: string
  readonly step: number
  readonly policyVersion: number
}

export const batchPrefix = ({ kind, step }: Pick<BatchIdentity, 'kind' | 'step'>): string => `${kind === 'train' ? 't' : 'e'}${padded(step, 6)}`

export const rolloutId = (batch: BatchIdentity, attempt: number, slot: Pick<RolloutSlot, 'group' | 'sampleIndex'>): string =>
  `${batchPrefix(batch)}.${attempt}-${slot.group.slice(slot.group.indexOf('-') + 1)}-${padded(slot.sampleIndex, 2)}`

export const groupName = (batch: Pick<BatchIdentity, 'kind' | 'step'>, index: number): string => `${batchPrefix(batch)}-${padded(index, 3)}`

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0')

/** Slots of a training step: `groupSize` per problem, seeds from run seed, step, problem and sample. */
export function trainingSlots(drawn: readonly DrawnProblem[], prompts: readonly EncodedPrompt[], at: { seed: number; step: number; groupSize: number }): RolloutSlot[][] {
  return drawn.map((item, problem) => {
    const prompt = prompts[problem]!
    const same = { ...afterPrompt(item, prompt), prompt, group: groupName({ kind: 'train', step: at.step }, problem) }
    const seed = (sampleIndex: number): number => hash32(at.seed, 'sample', at.step, problem, sampleIndex)
    return Array.from({ length: at.groupSize }, (_, sampleIndex) => ({ ...same, sampleIndex, seed: seed(sampleIndex), tags: {} }))
  })
}

export const samplePrompts = (groups: readonly (readonly RolloutSlot[])[]): SamplePrompt[] =>
  groups.map((group) => ({ tokens: group[0]!.prompt.tokens, seeds: group.map(({ seed }) => seed) }))

export interface RowFigures {
  readonly batch: BatchIdentity
  readonly attempt: number
  readonly sampledAt: Date
  readonly rewardSeconds: number
}

/** What grading and rewards found; the rest of a rollout is known from slot and completion. */
export type Findings = Pick<Rollout, 'answer' | 'correct' | 'steps' | 'reward' | 'errors' | 'executions'> & { readonly spans: Rollout['segments'][number]['spans'] }

/** What running the programs took, waiting for a place left out. */
export const executionSeconds = ({ executions = [] }: Pick<Findings, 'executions'>): number => executions.reduce((sum, { seconds }) => sum + seconds, 0)

export function rolloutRow(slot: RolloutSlot, completion: SampledCompletion, findings: Findings, figures: RowFigures): Rollout {
  const { problem, prompt, refines, further = [], told = [] } = slot
  const { spans, ...found } = findings
  // What was told stays marked where nothing else was found.
  const toolSpans = spans.length === 0 ? told.map((range) => ({ kind: 'tool' as const, ...range })) : []
  return {
    version: 1,
    id: rolloutId(figures.batch, figures.attempt, slot),
    ...figures.batch,
    attempt: figures.attempt,
    superseded: false,
    group: slot.group,
    sampleIndex: slot.sampleIndex,
    problemId: problem.id,
    environment: problem.environment,
    params: problem.params,
    ...(problem.gold !== undefined && { gold: problem.gold }),
    segments: [
      {
        ...segmentOf(prompt, completion, refines ? 'refine' : 'policy'), spans: [...spans, ...toolSpans],
        ...refines
      },
      ...further
    ],
    ...found,
    seed: slot.seed,
    timing: { sampledAt: figures.sampledAt.toISOString(), sampleSeconds: completion.seconds, rewardSeconds: figures.rewardSeconds },
    tags: { ...slot.tags }
  }
}

/** A completion as it is recorded before anything is weighed. */
export function segmentOf(prompt: EncodedPrompt, completion: SampledCompletion, source: Segment['source']): Segment {
  return {
    samplePrompt: prompt,
    text: completion.text,
    tokens: [...completion.tokens],
    tokenEnds: [...completion.tokenEnds_T],
    logprobs: [...completion.logprobs_T],
    samplingLogprobs: [...completion.samplingLogprobs_T],
    entropies: [...completion.entropies_T],
    mask: completion.tokens.map(() => 0),
    source,
    spans: [],
    stopReason: completion.stopReason
  }
}
