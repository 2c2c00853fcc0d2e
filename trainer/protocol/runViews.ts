/** Runs as lists and dashboards show them. */
import type { Checkpoint } from './checkpoint.ts'
import type { Notice, RolloutFilter } from './rolloutViews.ts'
import type { ResolvedRun } from './runFile.ts'
import type { CountedStage } from './runStages.ts'
import type { RunState } from './runState.ts'
import type { Summary } from './summary.ts'

/** A run in a list. */
export interface RunCard {
  readonly directory: string
  readonly runId: string
  /** The user's name for it; else the run file's. */
  readonly name: string
  /** Of a run that another program trains, who recorded it; empty where the run file names none. */
  readonly recipe: string
  readonly model: string
  readonly environment: string
  readonly seed: number
  /** Hash of the run file without its seed: runs of one study share it. */
  readonly study: string
  readonly notes: string
  readonly tags: readonly string[]
  readonly pinned: boolean
  readonly createdAt: string
  /** `interrupted` = says running and no process holds it; `damaged` = see `problem`. */
  readonly status: RunState['status'] | 'interrupted' | 'damaged' | 'newer'
  readonly problem?: string
  readonly stage: string
  readonly step: number
  readonly steps: number
  readonly updatedAt: string
  readonly bytes?: number
  readonly passAt1: { readonly before?: number; readonly last?: number }
  /** Mean reward of up to 40 steps, evenly spaced: for a spark line. */
  readonly rewardSpark: readonly number[]
  readonly checkpoints: number
}

export interface RunDetails {
  readonly card: RunCard
  readonly run: ResolvedRun
  readonly source: { readonly path: string; readonly text: string }
  readonly state?: RunState
  readonly summary?: Summary
  readonly git?: { readonly commit: string; readonly branch: string; readonly dirty: boolean }
  readonly notices: readonly Notice[]
  /** As far as the run file tells, before a rollout was recorded: modules name what they give themselves. */
  readonly rewardParts: readonly string[]
  readonly environments: readonly string[]
}

/** Series by metric name, one value per entry of `steps`; null where a step has none. */
export interface MetricSeries {
  /** Stages of the run in their order; empty where its run file cannot be read. */
  readonly planned: readonly CountedStage[]
  /** The stage of each entry, which says what its step counts. */
  readonly stages: readonly string[]
  readonly steps: readonly number[]
  readonly seconds: readonly number[]
  readonly series: Readonly<Record<string, readonly (number | null)[]>>
  /** Offset to give next time to get only what is new. */
  readonly next: number
}

export interface CheckpointCard {
  readonly directory: string
  readonly label: string
  readonly record?: Checkpoint
  readonly bytes: number
}

/** One finding of "Why is it not learning?". */
export interface DiagnosisFinding {
  readonly check: string
  readonly title: string
  readonly state: 'ok' | 'warn' | 'bad' | 'unknown'
  /** A sentence with the numbers it rests on. */
  readonly evidence: string
  /** What to do where something was found; else empty. */
  readonly advice: string
  /** Metric names to look at. */
  readonly metrics: readonly string[]
  /** The rollouts behind it. */
  readonly filter?: RolloutFilter
}

export interface RunDifference {
  /** Dotted path, `git.commit`, `data.…`. */
  readonly path: string
  /** One JSON text per run that was compared; null = absent. */
  readonly values: readonly (string | null)[]
}

/** What runs differ in: those that could be read. */
export interface RunComparison {
  /** As they were asked for; each once, in that order. */
  readonly compared: readonly string[]
  readonly unreadable: readonly { readonly run: string; readonly problem: string }[]
  readonly differences: readonly RunDifference[]
  /** Values in which they do not differ. */
  readonly same: number
}
