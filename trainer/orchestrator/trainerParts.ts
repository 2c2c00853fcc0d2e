import type { Weighed, WeighContext, ScoredGroup } from '../algorithms/algorithm.ts'
import type { EngineFactory, ModelSource } from '../engines/engine.ts'
import type { Environment } from '../environments/environment.ts'
import type { GroupOptions } from '../protocol/algorithmOptions.ts'
import type { PartialText, RecordedNotice } from '../protocol/control.ts'
import type { RunEvent } from '../protocol/events.ts'
import type { RowsFile } from '../datasets/rowsFile.ts'
import type { EnvironmentRef, RewardRef, TrainingData } from '../protocol/runFile.ts'
import type { RunState } from '../protocol/runState.ts'
import type { StepScorer } from '../rewards/stepScores.ts'
import type { RewardFunction } from '../rewards/reward.ts'
import type { Executor } from '../sandbox/executor.ts'
import type { RunDirectory } from '../stores/runDirectory.ts'

/** An environment with its options checked and its data loaded. */
export interface OpenEnvironment {
  readonly environment: Environment
  readonly options: unknown
}

export interface Clock {
  now(): Date
  /** Seconds since an arbitrary moment; never runs backwards. */
  seconds(): number
}

/** Everything that a run needs from outside. The orchestrator itself chooses no engine, environment, reward or algorithm. */
export interface TrainerParts {
  /** Holds the resolved run file and all stores. */
  readonly directory: RunDirectory
  /** Where the first stage's weights come from. */
  readonly model: ModelSource
  readonly startEngine: EngineFactory
  readonly openEnvironment: (ref: EnvironmentRef) => Promise<OpenEnvironment> | OpenEnvironment
  /** Parameters of an environment's trace generator with defaults filled in. */
  readonly parseMix: (environment: Environment, mix: unknown) => unknown
  readonly openReward: (ref: RewardRef) => Promise<RewardFunction> | RewardFunction
  /** Rows to train on, read and checked. */
  readonly openData: (data: TrainingData) => Promise<RowsFile>
  /** Scores of the step reward model in this folder. */
  readonly stepScorer: (folder: string) => StepScorer
  /** Runs the programs that completions are; absent where the run has none. */
  readonly executor?: Executor
  readonly weigh: (groups: readonly ScoredGroup[], options: GroupOptions, context: WeighContext) => Weighed | Promise<Weighed>
  /** Said when the run begins, and recorded. */
  readonly notices?: readonly { readonly code: string; readonly message: string }[]
  readonly clock: Clock
  /** Told of every event, after it has been recorded. */
  readonly emit: (event: RunEvent) => void
  /** Told of what goes on between events; nothing here is recorded. */
  readonly live?: LiveWatcher
  /** Of all processes of the run, where it can be known. */
  readonly peakMemoryBytes?: () => number | undefined
  readonly versions: Readonly<Record<string, string>>
  readonly limits?: Partial<TrainerLimits>
}

/** Calls must be cheap and never throw: the run does not wait for those who watch it. */
export interface LiveWatcher {
  /** As it was just recorded. */
  state(state: RunState): void
  recorded(notice: RecordedNotice): void
  partial(text: PartialText): void
  /** Whether anybody would see partial texts; asked before each call of the engine, which makes them at some cost. */
  wantsPartial(): boolean
}

export interface TrainerLimits {
  /** Engines started again in one go of the trainer; one more death ends the run. */
  readonly engineRestarts: number
  /** How long an engine may take to obey `stopNow` before it is closed. */
  readonly stopGraceSeconds: number
}

export const DEFAULT_LIMITS: TrainerLimits = { engineRestarts: 3, stopGraceSeconds: 5 }
