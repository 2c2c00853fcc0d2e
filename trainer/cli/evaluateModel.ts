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
  const perCall = Math.max(1, Math.floor(COMPLETIONS_PER_CALL / options.samples))
  for (let from = 0; from < drawn.length; from += perCall) {
    const part = drawn.slice(from, from + perCall)
    const ask = async (count: number, firstSample: number, parameters: SamplingParameters): Promise<GradedSample[]> => {
      const asked = part.map((_, i) => ({ tokens: prompts[from + i]!.tokens, seeds: seedsOf(seed, from + i, firstSample, count) }))
      return (await engine.sample(asked, parameters, undefined, signal)).map((completion) => graded(part, completion))
    }
    samples.push(...(await ask(options.samples, 0, sampling)))
    greedy.push(...(await ask(1, options.samples, { ...sampling, temperature: 0 })))
    signal.throwIfAborted()
    progress(from + part.length, drawn.length)
  }
  return evaluateRollouts({ environment: opened.environment.name, temperature: sampling.temperature, samples, greedy, k, seed })
}

function seedsOf(seed: number, problem: number, firstSample: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => hash32(seed, 'evaluate', 'heldOut', problem, firstSample + i))
}

function graded(drawn: readonly DrawnProblem[], completion: SampledCompletion): GradedSample {
  const item = drawn[completion.promptIndex]!
  const { found } = gradeCompletion(item, completion.text)
  return {
    problemId: item.problem.id, correct: found?.verdict.correct ?? null, tokens: completion.tokens.length,
    truncated: completion.stopReason === 'length', steps: found?.steps ?? []
  }
}
