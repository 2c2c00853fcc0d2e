import type { z } from 'zod'
import type { ExecutionRecord, ExecutionTask } from '../protocol/execution.ts'
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

/** What is said of a response: truth of each step and of the whole, as a checker or a labeler sees it. */
export interface Assessment {
  readonly steps: readonly StepVerdict[]
  readonly right: boolean
}

/** What a model is given: plain text, and messages for models with a chat template. */
export type PromptOf = Pick<Problem, 'prompt' | 'messages'>

/**
 * The words in which an environment speaks of responses. A critique is text in the environment's own notation; all of it can be
 * read back. Pure, as everything here; responses and critiques are hostile text.
 */
export interface CritiqueWords {
  /** What a critic is given: the problem and a response to it. */
  critiquePrompt(problem: Problem, response: string): PromptOf
  /** What the solver is given to try again. */
  refinePrompt(problem: Problem, response: string, critique: string): PromptOf
  /**
   * The critique that says this of the steps that `checkSteps` finds, verdicts in their order, those past the last left out. It
   * says what the assessment says, be it wrong: a verdict against a true step claims another value.
   */
  critiqueOf(problem: Problem, response: string, assessment: Assessment): string
  /** Whether the critique calls the response right; null = it does not say. */
  readVerdict(critique: string): boolean | null
  /** Index, from 0, of the first step that the critique calls wrong; null = none. */
  firstError(critique: string): number | null
  /** What a problem of this environment that asks for a critique is about; null = it asks for something else. */
  judged(problem: Problem): { readonly problem: Problem; readonly response: string } | null
}

/**
 * For environments whose completions are programs. Pure: it says what is to be run; the run itself and its verdicts are the
 * executor's, and `grade` is given them.
 */
export interface CodeWords {
  /** What is to be run for this completion; `none` = why there is no program in it, which is wrong. */
  task(completion: string, problem: Problem): ExecutionTask | { readonly none: string }
  /** What the model is told of an execution that failed, for another turn. Says nothing of hidden tests but that they failed. */
  feedback(execution: ExecutionRecord, problem: Problem): string
}

/** A text of a file: where it stands, as `file:line`, and its column, as it is called in a sentence. */
export interface LoadedText {
  readonly place: string
  readonly field: string
  readonly text: string
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
  /** For environments that read files: every prompt of a split, or every solution to learn from. */
  texts?(split: Split, what: 'prompts' | 'solutions'): Iterable<LoadedText>
  /** For environments that read files: the same with its data loaded. Relative paths start from `baseFolder`. */
  open?(options: O, baseFolder: string): Promise<Environment<O, M>>
  /** Draws a problem of the split. Splits are disjoint by content hash. */
  generate(random: Random, split: Split, options: O): Problem
  /** A completion that is right: what the gold check grades. */
  solution(problem: Problem): string
  /** A supervised trace, right or wrong as the mix says. */
  demonstrate(problem: Problem, random: Random, mix: M): string
  render(completion: string, problem: Problem): Rendering
  /** `execution`: of the program, where `code` gave one to run. */
  grade(completion: string, problem: Problem, execution?: ExecutionRecord): Verdict
  /** What a recorded answer says, written alike for all answers that the grader takes for equal; absent where it compares them as written. */
  voteKey?(answer: string): string
  /** Truth of each step; empty where steps cannot be checked. */
  checkSteps(completion: string, problem: Problem): readonly StepVerdict[]
  /** Absent where an environment has no words for critiques. */
  readonly critique?: CritiqueWords
  /** Absent where completions are not programs. */
  readonly code?: CodeWords
}
