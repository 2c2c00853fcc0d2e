import type { z } from 'zod'
import type { Problem, Split } from '../protocol/problem.ts'
import type { Span, StepVerdict } from '../protocol/rollout.ts'
import type { Random } from '../random/random.ts'

/** A grader's finding on a completion. */
export interface Verdict {
  readonly correct: boolean
  /** In [0, 1]; 1 exactly where correct. */
  readonly score: number
  /** The answer as parsed; null = none found. */
  readonly answer: string | null
  /** One sentence for people: what was parsed, what was expected, which rule failed. */
  readonly why: string
}

/** Where think, step and answer stand in a completion. `wellFormed` = the format asked for. */
export interface Rendering {
  readonly spans: readonly Span[]
  readonly wellFormed: boolean
  readonly why: string
}

/**
 * Problem → prompt → grade. Pure and synchronous. Completions are hostile text: parsed strictly, never evaluated.
 * `O` are the environment's options (difficulty), `M` the parameters of its trace generator.
 */
export interface Environment<O = unknown, M = unknown> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly options: z.ZodType<O>
  readonly mix: z.ZodType<M>
  /**
   * Words of a tokenizer that covers prompts and traces at every difficulty (for loaded data: all of it), end of text first;
   * empty where texts are free.
   */
  readonly vocabulary: readonly string[]
  /** What people should know of the data that was loaded, e.g. lines left out. */
  readonly notices?: readonly string[]
  /** For environments that read files: the same with its data loaded. Relative paths start from `baseFolder`. */
  open?(options: O, baseFolder: string): Promise<Environment<O, M>>
  /** Draws a problem of the split. Splits are disjoint by content hash. */
  generate(random: Random, split: Split, options: O): Problem
  /** A completion that is right: what the gold check grades. */
  solution(problem: Problem): string
  /** A supervised trace, right or wrong as the mix says. */
  demonstrate(problem: Problem, random: Random, mix: M): string
  render(completion: string, problem: Problem): Rendering
  grade(completion: string, problem: Problem): Verdict
  /** Truth of each step; empty where steps cannot be checked. */
  checkSteps(completion: string, problem: Problem): readonly StepVerdict[]
}
