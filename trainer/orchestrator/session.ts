import type { Engine, EngineInfo, ModelInfo } from '../engines/engine.ts'
import type { CheckpointPosition } from '../stores/checkpointStore.ts'
import type { RunControl } from './cancellation.ts'
import type { ProgressEstimate } from './progressEstimate.ts'
import type { RunJournal } from './runEvents.ts'
import type { RunPlan } from './runPlan.ts'
import type { RunTotals } from './runTotals.ts'
import type { TrainerParts } from './trainerParts.ts'

/** Where the weights in the engine stand; what a checkpoint records. */
export type Position = { -readonly [K in keyof CheckpointPosition]: CheckpointPosition[K] }

/** What lasts as long as the trainer's process. */
export interface RunContext {
  readonly parts: TrainerParts
  readonly plan: RunPlan
  readonly journal: RunJournal
  readonly control: RunControl
  readonly progress: ProgressEstimate
  /** The held-out problem that people see getting better; chosen by the first evaluation. */
  readonly shown: { problemId?: string }
  /** Rollouts sealed since steps were last compacted. */
  readonly sealed: { rollouts: number }
}

/** What lasts as long as one engine. `position` and `totals` move with its weights. */
export interface Session extends RunContext {
  readonly engine: Engine
  /** As of the session's start, with its model loaded. */
  readonly engineInfo: EngineInfo
  readonly model: ModelInfo
  readonly position: Position
  readonly totals: RunTotals
  /** Position of the checkpoint restored or saved last. */
  lastSaved: string | undefined
}
