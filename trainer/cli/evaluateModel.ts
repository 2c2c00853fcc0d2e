import type { Engine, ModelInfo, SampledCompletion, SamplingParameters } from '../engines/engine.ts'
import { afterPrompt } from '../environments/openedThinking.ts'
import { evaluateRollouts } from '../evals/evaluateRollouts.ts'
import type { GradedSample } from '../evals/gradedSample.ts'
import type { RankedSample } from '../evals/rerank.ts'
import { gradeCompletion } from '../orchestrator/grading.ts'
import type { Graded } from '../orchestrator/grading.ts'
import { LabError } from '../errors.ts'
import { heldOutProblems } from '../orchestrator/problemSource.ts'
import type { DrawnProblem } from '../orchestrator/problemSource.ts'
import { encodePrompts } from '../orchestrator/promptEncoder.ts'
import type { EncodedPrompt } from '../orchestrator/promptEncoder.ts'
import { votedAnswer } from '../orchestrator/rerankScores.ts'
import { samplePrompts } from '../orchestrator/rolloutSlot.ts'
import type { RolloutSlot } from '../orchestrator/rolloutSlot.ts'
import type { Mixture } from '../orchestrator/runPlan.ts'
import { sampleTurns } from '../orchestrator/sampleTurns.ts'
import { writtenCount } from '../protocol/toolTokens.ts'
import type { EvaluationResult } from '../protocol/summary.ts'
import { hash32 } from '../random/random.ts'
import type { Executor } from '../sandbox/executor.ts'
import { systemClock } from './systemClock.ts'

export interface EvaluateOptions {
  readonly mixture: Mixture
  readonly problems: number
  readonly samples: number
  readonly k: readonly number[]
  readonly seed: number
  readonly sampling: SamplingParameters
  /** Programs of a completion at most, each told what came of the one before. */
  readonly turns: number
  /** Where completions are programs. */
  readonly executor?: Executor
  /** A step reward model's score of a completion, by which one is chosen among the samples. */
  readonly rank?: (slot: RolloutSlot, completion: SampledCompletion, found: Graded['found']) => Promise<number | null>
}

/** Told how many problems have been answered. */
type Progress = (done: number, of: number) => void

/** Completions asked of the engine in one call. */
const COMPLETIONS_PER_CALL = 512
const SET = 'heldOut'

/** What answers, and what stops it. */
interface Evaluated {
  readonly engine: Engine
  readonly model: ModelInfo
  readonly signal: AbortSignal
}

/**
 * Held-out evaluation as runs make it: the same problems and the same draws for the same seed, so that figures can be set
 * beside those of a run.
 */
export async function evaluateModel(evaluated: Evaluated, options: EvaluateOptions, progress: Progress): Promise<EvaluationResult> {
  const { mixture, sampling, seed, k } = options
  const drawn = heldOutProblems({ name: SET, mixture, problems: options.problems }, seed)
  const prompts = await encodeGiven(evaluated, drawn, sampling.maxTokens)
  const slots = drawn.map((item, problem) => slotsOf(options, { ...afterPrompt(item, prompts[problem]!), prompt: prompts[problem]! }, problem))
  const samples: GradedSample[] = []
  const greedy: GradedSample[] = []
  const ranked: RankedSample[] = []
  const perCall = Math.max(1, Math.floor(COMPLETIONS_PER_CALL / options.samples))
  for (let from = 0; from < slots.length; from += perCall) {
    const part = slots.slice(from, from + perCall)
    const sampled = await answer(evaluated, options, part.map((group) => group.slice(0, -1)), sampling)
    samples.push(...sampled.map(gradedSample))
    greedy.push(...(await answer(evaluated, options, part.map((group) => group.slice(-1)), { ...sampling, temperature: 0 })).map(gradedSample))
    ranked.push(...(await rankedSamples(sampled, options.rank)))
    evaluated.signal.throwIfAborted()
    progress(from + part.length, slots.length)
  }
  const environment = [...new Set(mixture.map((entry) => entry.environment.name))].join('+')
  return evaluateRollouts({ environment, temperature: sampling.temperature, samples, greedy, ranked, k, seed })
}

/** No run file stands behind an evaluation whose sampling could be lowered. */
async function encodeGiven({ engine, model }: Evaluated, drawn: readonly DrawnProblem[], maxTokens: number): Promise<EncodedPrompt[]> {
  try {
    return await encodePrompts(engine, model, drawn, maxTokens)
  } catch (error) {
    if (!LabError.is(error, 'environment/prompt-too-long')) throw error
    throw new LabError(error.boundary, error.code, error.message, {
      place: '--max-tokens', remedy: 'Lower --max-tokens, choose easier problems, or take a model with a longer context.', cause: error
    })
  }
}

/** Of a problem: the samples, then the greedy one. */
function slotsOf({ seed, samples }: EvaluateOptions, item: Pick<RolloutSlot, 'problem' | 'environment'> & { readonly prompt: EncodedPrompt }, problem: number): RolloutSlot[] {
  return Array.from({ length: samples + 1 }, (_, sampleIndex) => ({
    ...item, group: String(problem), sampleIndex, seed: hash32(seed, 'evaluate', SET, problem, sampleIndex), tags: {}
  }))
}

/** A completion with what was found in it. */
interface Answered {
  readonly slot: RolloutSlot
  readonly completion: SampledCompletion
  readonly graded: Graded
}

async function answer(evaluated: Evaluated, options: EvaluateOptions, groups: RolloutSlot[][], parameters: SamplingParameters): Promise<Answered[]> {
  const { executor } = options
  const { signal } = evaluated
  const completions = await complete(evaluated, options, groups, parameters)
  const answered = await Promise.all(completions.map(async (completion) => {
    const slot = groups[completion.promptIndex]![completion.sampleIndex]!
    return { slot, completion, graded: await gradeCompletion(slot, completion.text, { executor, signal }, slot.executions) }
  }))
  signal.throwIfAborted()
  return answered
}

/** Where programs are tried again, `groups` then hold the slots with what was executed. */
function complete({ engine, model, signal }: Evaluated, { executor, turns }: EvaluateOptions, groups: RolloutSlot[][], parameters: SamplingParameters): Promise<SampledCompletion[]> {
  if (turns === 1) return engine.sample(samplePrompts(groups), parameters, undefined, signal)
  const session = { engine, model, control: { signal }, parts: { clock: systemClock, ...(executor && { executor }) } }
  const sampling = { parameters, turns, batch: { kind: 'evaluation', step: 0 } as const, recorder: { earlier: () => [] } }
  return sampleTurns(session, groups, sampling, () => undefined)
}

async function rankedSamples(answered: readonly Answered[], rank: EvaluateOptions['rank']): Promise<RankedSample[]> {
  if (!rank) return []
  const samples: RankedSample[] = []
  for (const { slot, completion, graded: { found } } of answered) {
    const { correct = null, answer = null } = found?.verdict ?? {}
    samples.push({ problemId: slot.problem.id, correct, answer: votedAnswer(answer, slot.environment), score: await rank(slot, completion, found) })
  }
  return samples
}

const gradedSample = ({ slot, completion: { tokens, tokenEnds_T: tokenEnds, stopReason }, graded: { found } }: Answered): GradedSample => ({
  problemId: slot.problem.id, correct: found?.verdict.correct ?? null, tokens: writtenCount({ tokens, tokenEnds, spans: found?.rendering.spans ?? [] }),
  truncated: stopReason === 'length', steps: found?.steps ?? []
})
