import type { Engine, ModelInfo, SampledCompletion, SamplingParameters } from '../engines/engine.ts'
import type { OpenEnvironment } from '../environments/registry.ts'
import { evaluateRollouts } from '../evals/evaluateRollouts.ts'
import type { GradedSample } from '../evals/gradedSample.ts'
import { gradeCompletion } from '../orchestrator/grading.ts'
import { heldOutProblems } from '../orchestrator/problemSource.ts'
import type { DrawnProblem } from '../orchestrator/problemSource.ts'
import { encodePrompts } from '../orchestrator/promptEncoder.ts'
import type { EvaluationResult } from '../protocol/summary.ts'
import { hash32 } from '../random/random.ts'

export interface EvaluateOptions {
  readonly problems: number
  readonly samples: number
  readonly k: readonly number[]
  readonly seed: number
  readonly sampling: SamplingParameters
}

/** Completions asked of the engine in one call. */
const COMPLETIONS_PER_CALL = 512

/**
 * Held-out evaluation as runs make it: the same problems and the same draws for the same seed, so that figures can be set
 * beside those of a run.
 * @param progress told how many problems have been answered.
 */
export async function evaluateModel(
  engine: Engine, model: ModelInfo, opened: OpenEnvironment, options: EvaluateOptions, signal: AbortSignal, progress: (done: number, of: number) => void
): Promise<EvaluationResult> {
  const drawn = heldOutProblems({ name: 'heldOut', mixture: [{ ...opened, weight: 1 }], problems: options.problems }, options.seed)
  const prompts = await encodePrompts(engine, model, drawn, options.sampling.maxTokens)
  const samples: GradedSample[] = []
  const greedy: GradedSample[] = []
  const seedOf = (problem: number, sample: number): number => hash32(options.seed, 'evaluate', 'heldOut', problem, sample)
  const perCall = Math.max(1, Math.floor(COMPLETIONS_PER_CALL / options.samples))
  for (let from = 0; from < drawn.length; from += perCall) {
    const part = drawn.slice(from, from + perCall)
    const tokens = part.map((_, i) => prompts[from + i]!.tokens)
    const ask = (count: number, firstSample: number, parameters: SamplingParameters): Promise<SampledCompletion[]> =>
      engine.sample(tokens.map((prompt, i) => ({ tokens: prompt, seeds: Array.from({ length: count }, (_, s) => seedOf(from + i, firstSample + s)) })), parameters, undefined, signal)
    samples.push(...(await ask(options.samples, 0, options.sampling)).map((completion) => graded(part, completion)))
    greedy.push(...(await ask(1, options.samples, { ...options.sampling, temperature: 0 })).map((completion) => graded(part, completion)))
    signal.throwIfAborted()
    progress(from + part.length, drawn.length)
  }
  return evaluateRollouts({ environment: opened.environment.name, temperature: options.sampling.temperature, samples, greedy, k: options.k, seed: options.seed })
}

function graded(drawn: readonly DrawnProblem[], completion: SampledCompletion): GradedSample {
  const item = drawn[completion.promptIndex]!
  const { found } = gradeCompletion(item, completion.text)
  return {
    problemId: item.problem.id, correct: found?.verdict.correct ?? null, tokens: completion.tokens.length,
    truncated: completion.stopReason === 'length', steps: found?.steps ?? []
  }
}
