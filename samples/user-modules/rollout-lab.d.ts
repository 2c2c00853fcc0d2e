/**
 * What a TypeScript or JavaScript module of a workspace may export: any of `reward`, `environment` and `algorithm`, named in a
 * run file as `{ "name": "module", "path": "./myReward.ts" }`. This file is all that an editor needs: copy it beside your
 * modules, with the tsconfig.json that leads to it, or let `lab types FOLDER` do it.
 *
 * A file named `*.reward.ts`, `*.reward.js` or `*.reward.py` exports plain functions instead (`UserRewardFunction`). It runs in a
 * sandbox, without approval, as long as it imports nothing but types.
 *
 * Everything crosses a process boundary as JSON: no functions, dates or maps in arguments and results, and no number that is
 * not finite. A module may import files beside it by relative path and Node's own modules; packages are not available. Module
 * state may be lost between calls: the process is started again after a call that hung or died, and rewards are scored in
 * several processes side by side. Arrays ending in _P have one entry per problem, in _G one per rollout of a group.
 */

/** `options` of the reference in the run file, as they stand. */
export type UserOptions = Readonly<Record<string, unknown>>

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Seeded random numbers. Draw from these alone, or runs cannot be repeated. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, below). */
  integer(below: number): number
  pick<T>(items: readonly T[]): T
  /** A new array in random order. */
  shuffle<T>(items: readonly T[]): T[]
  /** Standard normal. */
  normal(): number
}

export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
}

/** One item to solve. */
export interface Problem {
  /** A hash of the content. */
  id: string
  environment: string
  /** What the model is given, as plain text. */
  prompt: string
  /** The same as messages, for models with a chat template; absent = `prompt` as it stands. */
  messages?: Message[] | undefined
  /** The expected answer in the environment's own notation; absent where only a checker exists. */
  gold?: string | undefined
  /** Difficulty and other generator parameters, for breakdowns. */
  params: Record<string, string | number | boolean>
  /** What the grader needs beyond the prompt. */
  data?: Json | undefined
}

/** A part of a completion: UTF-16 units, `from` inclusive, `to` exclusive. */
export interface Span {
  kind: 'think' | 'step' | 'answer' | 'confidence' | 'search' | 'info' | 'critique' | 'tool'
  from: number
  to: number
}

/** Where think, step and answer stand in a completion. `wellFormed` = the format asked for. */
export interface Rendering {
  readonly spans: readonly Span[]
  readonly wellFormed: boolean
  readonly why: string
}

/** Truth of one step of a trace; `ok: null` = not checkable. */
export interface StepVerdict {
  from: number
  to: number
  ok: boolean | null
  why: string
}

/** A grader's finding on a completion. */
export interface Verdict {
  readonly correct: boolean
  /** In [0, 1]; 1 exactly where correct. */
  readonly score: number
  /** The answer as parsed; null = none found. */
  readonly answer: string | null
  readonly why: string
}

export type Language = 'javascript' | 'typescript' | 'python' | 'sql'
export type SandboxName = 'quickjs' | 'sqlite' | 'bubblewrap' | 'sandbox-exec' | 'container' | 'unsafe' | 'fake'

/** Why a test did not pass. `noResult` = the program ended without answering. */
export type TestVerdict = 'pass' | 'wrongValue' | 'exception' | 'timeout' | 'memory' | 'outputLimit' | 'forbidden' | 'noResult'

/** One test of an execution. Texts are the program's: never to be trusted, and cut to a length. */
export interface TestRun {
  name: string
  /** True where the model was shown it. */
  visible: boolean
  /** True where its input was drawn anew for this execution. */
  fresh: boolean
  /** null = not judged: a failure of the machine, never counted as wrong. */
  verdict: TestVerdict | null
  why: string
  input?: string | undefined
  expected?: string | undefined
  got?: string | undefined
  /** Standard output and error, cut. */
  output: string
  outputCut: boolean
  seconds: number
}

/** A mark of cheating. */
export interface TamperSignal {
  kind: 'earlyExit' | 'outputAfterVerdict' | 'forbiddenAccess' | 'specialCased' | 'testsSkipped' | 'forgedResult' | 'protectedFile'
  why: string
}

/** What running the completion's program showed. */
export interface ExecutionRecord {
  /** Turn of the rollout, from 1, whose program this is. */
  turn: number
  backend: SandboxName
  language: Language | null
  files: { path: string; text: string }[]
  tests: TestRun[]
  signals: TamperSignal[]
  /** Limits that were hit. */
  limitsHit: string[]
  seconds: number
  queueSeconds: number
  cpuSeconds: number | null
  peakMegabytes: number | null
  /** Tries that failed because of the machine before this one. */
  retries: number
  /** A failure of the machine: all verdicts are null. */
  failure: string | null
}

/** What a reward may look at. */
export interface RewardInput {
  readonly problem: Problem
  readonly completion: string
  readonly tokens: number
  readonly maxTokens: number
  /** Cut off at the token limit. */
  readonly truncated: boolean
  readonly verdict: Verdict
  readonly rendering: Rendering
  readonly steps: readonly StepVerdict[]
  /** Of the completion's program, where it is one: of the last turn. */
  readonly execution?: ExecutionRecord
  /** For the shuffled control: the verdict of another rollout of the batch. */
  readonly other?: Verdict
  /** For critics: the verdict on the refinement that came of this critique. */
  readonly refined?: Verdict
}

/** `score: null` = not scorable. */
export interface PartScore {
  readonly score: number | null
  readonly why: string
}

/** `export const reward: UserReward = …` */
export interface UserReward {
  /** Name of the reward part; default: `module`. */
  readonly name?: string
  /** A finite score with a sentence for people, or `score: null` where the completion cannot be scored. */
  score(input: RewardInput, options: UserOptions): PartScore | Promise<PartScore>
}

/** What is known of a completion besides its text. */
export type RewardRun = Omit<RewardInput, 'problem' | 'completion'>

/**
 * A function that a `*.reward.ts`, `*.reward.js` or `*.reward.py` file exports: a reward part of its name.
 * In Python: `def score(problem, completion, run)`, or `def score(problem, completion, run, options)`, dictionaries in, `(score, why)` or `{"score": …, "why": …}` out.
 */
export type UserRewardFunction = (problem: Problem, completion: string, run: RewardRun, options: UserOptions) => PartScore

/** A problem without what the trainer adds: id, environment and split. */
export type UserProblem = Pick<Problem, 'prompt'> & Partial<Pick<Problem, 'messages' | 'gold' | 'params' | 'data'>>

export interface UserVerdict {
  readonly correct: boolean
  /** In [0, 1]; default: 1 where correct, 0 elsewhere. */
  readonly score?: number
  /** The answer as parsed; default: null. */
  readonly answer?: string | null
  readonly why: string
}

/** `export const environment: UserEnvironment = …` */
export interface UserEnvironment {
  readonly name: string
  readonly title?: string
  readonly description?: string
  /** Words of a tokenizer for a model made from nothing, end of text first; leave out where texts are free. */
  readonly vocabulary?: readonly string[]
  /** Draws a problem. Splits are made by the trainer from prompt and gold. Synchronous. */
  generate(random: Random, options: UserOptions): UserProblem
  /** A completion that is right. */
  solution(problem: Problem): string | Promise<string>
  /** A supervised trace; default: the solution. */
  demonstrate?(problem: Problem, random: Random, mix: UserOptions): string | Promise<string>
  /** Spans and format; default: no spans, well formed. */
  render?(completion: string, problem: Problem): Rendering | Promise<Rendering>
  grade(completion: string, problem: Problem): UserVerdict | Promise<UserVerdict>
  /** Default: steps cannot be checked. */
  checkSteps?(completion: string, problem: Problem): readonly StepVerdict[] | Promise<readonly StepVerdict[]>
}

/** What an algorithm sees of a rollout. */
export interface ScoredRollout {
  /** Total reward; null = not scorable, never trained on. */
  readonly reward: number | null
  /** The grader's verdict; null = not scorable. */
  readonly correct: boolean | null
  readonly tokens: number
  readonly truncated: boolean
  /** Score of each checkable step with the token that ends it, in order. */
  readonly steps: readonly { readonly endToken: number; readonly score: number }[]
  /** Written under another prompt, after a critique, than it is trained under. */
  readonly refined?: true
}

/** Attempts at one problem, of which the filter may have dropped all. */
export interface ScoredGroup {
  readonly kept: boolean
  readonly rollouts: readonly ScoredRollout[]
}

export interface WeighContext {
  /** Token limit of sampling, for constant-length normalisation. */
  readonly maxTokens: number
}

/** Weight of a rollout: one number for all its tokens, one per token, or null = not trained on. */
export type TokenWeights = number | readonly number[] | null

/** Terms of the loss Σ weight·term; with d = logp − behaviour. */
export type LossTerm =
  /** −min(ρA, clip(ρ, 1−low, 1+high)A); ρ = exp(d) per token, exp(mean of d) per sequence, or for `none` −A·logp. */
  | { readonly kind: 'policyGradient'; readonly weight: number; readonly ratio: 'none' | 'token' | 'sequence'; readonly clipLow?: number; readonly clipHigh?: number }
  /** −weights·logp. */
  | { readonly kind: 'crossEntropy'; readonly weight: number }
  /** With u = reference − logp: k1 = −u, k2 = u²/2, k3 = eᵘ − 1 − u. */
  | { readonly kind: 'klToReference'; readonly weight: number; readonly estimator: 'k1' | 'k2' | 'k3' }
  /** −H of the policy's distribution. */
  | { readonly kind: 'entropyBonus'; readonly weight: number }

/** Mean over tokens; over each sequence's tokens, then over sequences; or sum over sequences × length. */
export type Normalisation = { readonly kind: 'tokenMean' } | { readonly kind: 'sequenceMean' } | { readonly kind: 'constant'; readonly length: number }

export interface UserWeighed {
  /** Advantages (or cross-entropy weights) per group and rollout, in the order given. */
  readonly weights_P_G: readonly (readonly TokenWeights[])[]
  /** The loss that reads them. */
  readonly loss: { readonly terms: readonly LossTerm[]; readonly normalisation: Normalisation }
  /** What the weights are: advantages for policyGradient, weights for crossEntropy. */
  readonly as: 'advantages' | 'weights'
}

/** `export const algorithm: UserAlgorithm = …` Scored groups in, a weight for every rollout out. */
export interface UserAlgorithm {
  readonly name?: string
  weigh(groups_P: readonly ScoredGroup[], options: UserOptions, context: WeighContext): UserWeighed | Promise<UserWeighed>
}

export interface UserModule {
  readonly reward?: UserReward
  readonly environment?: UserEnvironment
  readonly algorithm?: UserAlgorithm
}
