import type { Engine, ModelInfo, SampledCompletion, SamplingParameters } from '../engines/engine.ts'
import type { OpenEnvironment } from '../environments/registry.ts'
import { evaluateRollouts } from '../evals/evaluateRollouts.ts'
import type { RankedSample } from '../evals/rerank.ts'
import type { GradedSample } from '../evals/gradedSample.ts'
import { gradeCompletion } from '../orchestrator/grading.ts'
import type { Graded } from '../orchestrator/grading.ts'
import { heldOutProblems } from '../orchestrator/problemSource.ts'
import type { DrawnProblem } from '../orchestrator/problemSource.ts'
import { encodePrompts } from '../orchestrator/promptEncoder.ts'
import type { EvaluationResult } from '../protocol/summary.ts'
import { hash32 } from '../random/random.ts'
import type { Executor } from '../sandbox/executor.ts'

export interface EvaluateOptions {
  readonly problems: number
  readonly samples: number
  readonly k: readonly number[]
  readonly seed: number
  readonly sampling: SamplingParameters
  /** Where completions are programs. */
  readonly executor?: Executor
  /** A step reward model's score of a completion, by which one is chosen among the samples. */
  readonly rank?: (item: DrawnProblem, completion: SampledCompletion, found: Graded['found']) => Promise<number | null>
}

/** Told how many problems have been answered. */
type Progress = (done: number, of: number) => void

/** Completions asked of the engine in one call. */
const COMPLETIONS_PER_CALL = 512

/**
 * Held-out evaluation as runs make it: the same problems and the same draws for the same seed, so that figures can be set
 * beside those of a run.
 */
export async function evaluateModel(
  engine: Engine, model: ModelInfo, opened: OpenEnvironment, options: EvaluateOptions, signal: AbortSignal, progress: Progress
): Promise<EvaluationResult> {
  const { sampling, seed, k } = options
  const drawn = heldOutProblems({ name: 'heldOut', mixture: [{ ...opened, weight: 1 }], problems: options.problems }, seed)
  const prompts = await encodePrompts(engine, model, drawn, sampling.maxTokens)
  const samples: GradedSample[] = []
  const greedy: GradedSample[] = []
  const ranked: RankedSample[] = []
  const perCall = Math.max(1, Math.floor(COMPLETIONS_PER_CALL / options.samples))
  for (let from = 0; from < drawn.length; from += perCall) {
    const part = drawn.slice(from, from + perCall)
    const ask = (count: number, firstSample: number, parameters: SamplingParameters): Promise<SampledCompletion[]> => {
      const asked = part.map((_, i) => ({ tokens: prompts[from + i]!.tokens, seeds: seedsOf(seed, from + i, firstSample, count) }))
      return engine.sample(asked, parameters, undefined, signal)
    }
    const grade = async (completions: Promise<SampledCompletion[]>): Promise<Answered[]> => {
      const answered = await gradeAll(part, await completions, options.executor, signal)
      signal.throwIfAborted()
      return answered
    }
    const sampled = await grade(ask(options.samples, 0, sampling))
    samples.push(...sampled.map(gradedSample))
    greedy.push(...(await grade(ask(1, options.samples, { ...sampling, temperature: 0 }))).map(gradedSample))
    ranked.push(...(await rankedSamples(sampled, options.rank)))
    signal.throwIfAborted()
    progress(from + part.length, drawn.length)
  }
  return evaluateRollouts({ environment: opened.environment.name, temperature: sampling.temperature, samples, greedy, ranked, k, seed })
}

/** A completion with what was found in it. */
interface Answered {
  readonly item: DrawnProblem
  readonly completion: SampledCompletion
  readonly graded: Graded
}

const gradeAll = (drawn: readonly DrawnProblem[], completions: readonly SampledCompletion[], executor: Executor | undefined, signal: AbortSignal): Promise<Answered[]> =>
  Promise.all(completions.map(async (completion) => {
    const item = drawn[completion.promptIndex]!
    return { item, completion, graded: await gradeCompletion(item, completion.text, { executor, signal }) }
  }))

async function rankedSamples(answered: readonly Answered[], rank: EvaluateOptions['rank']): Promise<RankedSample[]> {
  if (!rank) return []
  const samples: RankedSample[] = []
  for (const { item, completion, graded: { found } } of answered) {
    const { correct = null, answer = null } = found?.verdict ?? {}
    samples.push({ problemId: item.problem.id, correct, answer, score: await rank(item, completion, found) })
  }
  return samples
}

function seedsOf(seed: number, problem: number, firstSample: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => hash32(seed, 'evaluate', 'heldOut', problem, firstSample + i))
}

const gradedSample = ({ item, completion, graded: { found } }: Answered): GradedSample => ({
  problemId: item.problem.id, correct: found?.verdict.correct ?? null, tokens: completion.tokens.length,
  truncated: completion.stopReason === 'length', steps: found?.steps ?? []
})
