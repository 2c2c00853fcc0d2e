/**
 * `samples/user-modules/rollout-lab.d.ts` is what people's editors read: the same types in one file, held equal by a test.
 *
 * What a TypeScript or JavaScript module of a workspace may export: any of `reward`, `environment` and `algorithm`. A run
 * file names it by path: `{ "name": "module", "path": "./myReward.ts" }`. Everything crosses a process boundary as JSON:
 * no functions, dates or maps in arguments and results, and no number that is not finite. A module may import files beside
 * it by relative path and Node's own modules; packages are not available. Module state may be lost between calls, since the
 * process is started again after a call that hung or died, and rewards are scored in several processes side by side.
 */
import type { ScoredGroup, WeighContext, Weighed } from '../../algorithms/algorithm.ts'
import type { Rendering } from '../../environments/environment.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { StepVerdict } from '../../protocol/rollout.ts'
import type { Random } from '../../random/random.ts'
import type { PartScore, RewardInput } from '../../rewards/reward.ts'

/** `options` of the reference in the run file, as they stand. */
export type UserOptions = Readonly<Record<string, unknown>>

/** `export const reward: UserReward = …` */
export interface UserReward {
  /** Name of the reward part; default: `module`. */
  readonly name?: string
  /** A finite score with a sentence for people, or `score: null` where the completion cannot be scored. */
  score(input: RewardInput, options: UserOptions): PartScore | Promise<PartScore>
}

/** What is known of a completion besides its text. */
export type RewardRun = Omit<RewardInput, 'problem' | 'completion'>

/** A function that a `*.reward.ts` or `*.reward.js` file exports: a reward part of its name. */
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

/** `export const environment: UserEnvironment = …` Draw random numbers from `random` alone, or runs cannot be repeated. */
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

/** `export const algorithm: UserAlgorithm = …` */
export interface UserAlgorithm {
  readonly name?: string
  /** As the trainer's own algorithms, but for `reweigh`, which cannot cross the process boundary. */
  weigh(groups_P: readonly ScoredGroup[], options: UserOptions, context: WeighContext): Omit<Weighed, 'reweigh'> | Promise<Omit<Weighed, 'reweigh'>>
}

export interface UserModule {
  readonly reward?: UserReward
  readonly environment?: UserEnvironment
  readonly algorithm?: UserAlgorithm
}
