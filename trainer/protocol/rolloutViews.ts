/** Rollouts as lists show them: what is asked for, and what a row holds. */
import { z } from 'zod'
import { Count, Finite } from './numbers.ts'
import { StopReason } from './rollout.ts'
import type { ExecutionRecord, TestRun, TestVerdict } from './execution.ts'

const Range = z.object({ from: Finite.optional(), to: Finite.optional() })

/** All that is given must hold. Ranges are inclusive. */
export const RolloutFilter = z.object({
  steps: z.object({ from: Count.optional(), to: Count.optional() }).optional(),
  kinds: z.array(z.enum(['train', 'evaluation'])).optional(),
  reward: Range.optional(),
  /** Score of a reward part, before its weight. */
  parts: z.record(z.string(), Range).optional(),
  verdicts: z.array(z.enum(['right', 'wrong', 'notScorable'])).optional(),
  stopReasons: z.array(StopReason).optional(),
  /** Rollouts of groups whose rewards are all equal (true) or not (false). */
  zeroVariance: z.boolean().optional(),
  kept: z.boolean().optional(),
  environments: z.array(z.string()).optional(),
  problemId: z.string().optional(),
  group: z.string().optional(),
  tokens: Range.optional(),
  /** Text that the prompt or the completion contains, case ignored. */
  text: z.string().max(1000).optional(),
  /** Rollouts of attempts that were done again; left out unless true. */
  superseded: z.boolean().optional(),
  /** A DuckDB condition over the columns of RolloutRow, for experts. */
  where: z.string().max(4000).optional(),
  /** What was said of it; any of these holds. Labels are looked for in `labels/folder` of the run. */
  labels: z.array(z.enum(['unlabelled', 'labelled', 'drafts', 'flagged', 'disagreeing'])).optional()
})
export type RolloutFilter = z.infer<typeof RolloutFilter>

export const SORT_COLUMNS = ['recorded', 'step', 'reward', 'advantage', 'completionTokens', 'correct', 'problemId', 'stopReason', 'meanLogprob', 'meanEntropy'] as const
export const RolloutSort = z.object({ by: z.enum(SORT_COLUMNS), descending: z.boolean() })
export type RolloutSort = z.infer<typeof RolloutSort>

/** A rollout in a list: neither text nor tokens. Null = unknown or not scorable. */
export interface RolloutRow {
  readonly run: string
  readonly id: string
  readonly kind: 'train' | 'evaluation'
  readonly stage: string
  readonly step: number
  readonly attempt: number
  readonly superseded: boolean
  readonly group: string
  readonly sampleIndex: number
  readonly problemId: string
  readonly environment: string
  readonly correct: boolean | null
  readonly reward: number | null
  /** Scores by part, before weights. */
  readonly parts: Readonly<Record<string, number | null>>
  /** Mean over the tokens that are trained on; null until the group was weighed, and where none is. */
  readonly advantage: number | null
  /** Of the first segment, as the next three, which are of what the policy wrote there. */
  readonly stopReason: string
  readonly completionTokens: number
  readonly meanLogprob: number | null
  readonly meanEntropy: number | null
  readonly kept: boolean | null
  /** Whether all scored rewards of the group are equal, a KL penalty apart. */
  readonly zeroVariance: boolean | null
  readonly policyVersion: number
}

/** First characters of what a rollout was asked and of its completion. */
export interface Excerpt {
  readonly prompt: string
  readonly completion: string
}

/** An attempt of a group: what its row says, and the ends of its texts, however long they are. */
export interface GroupAttempt extends RolloutRow {
  /** First 200 characters of the parsed answer; null where none was found. */
  readonly answer: string | null
  /** First 1,000 characters of what the group filter said; null where none was applied. */
  readonly filterWhy: string | null
  /** Last 400 characters of the completion. */
  readonly ending: string
}

/** What an execution of a program showed, without the texts of its tests and files: these are read by range. */
export interface ExecutionCard extends Omit<ExecutionRecord, 'files' | 'tests'> {
  readonly files: readonly { readonly path: string; readonly characters: number }[]
  readonly tests: number
  readonly byVerdict: Readonly<Record<TestVerdict | 'notJudged', number>>
}

/** A test in a list: of each text the first TEST_TEXT_CHARACTERS. */
export interface TestRow extends TestRun {
  /** From 0, in the order of the tests. */
  readonly index: number
  /** Whether a text is longer than it is here. */
  readonly cut: boolean
}
export const TEST_TEXT_CHARACTERS = 2000

/** A group in a list. */
export interface GroupRow {
  readonly run: string
  readonly group: string
  readonly kind: 'train' | 'evaluation'
  readonly step: number
  readonly attempt: number
  readonly problemId: string
  /** Id of one of its rollouts: all were asked the same. */
  readonly member: string
  readonly environment: string
  readonly size: number
  readonly right: number
  readonly graded: number
  readonly meanReward: number | null
  readonly minReward: number | null
  readonly maxReward: number | null
  readonly meanTokens: number
  readonly kept: boolean | null
  readonly zeroVariance: boolean | null
}

/** Something of a run that could not be read; the rest was. */
export interface Notice {
  readonly place: string
  readonly message: string
  readonly count: number
}

/** A materialised list. Positions hold until `generation` changes. */
export interface ViewInfo {
  readonly view: string
  readonly generation: number
  /** Rows (rollouts or groups) that pass the filter. */
  readonly count: number
  /** Rollouts of the runs, before the filter; so many of them are of attempts that were done again. */
  readonly total: number
  readonly superseded: number
  readonly right: number
  readonly wrong: number
  readonly notScorable: number
  /** Names that the rollouts recorded, those of their reward parts as the columns of `parts` are called. */
  readonly parts: readonly string[]
  readonly environments: readonly string[]
  readonly notices: readonly Notice[]
}

/** A list just made, with its first rows where they were asked for. */
export interface OpenedView extends ViewInfo {
  readonly first?: readonly RolloutRow[] | readonly GroupRow[]
}

export interface Histogram {
  /** bins + 1 edges. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  readonly missing: number
}

export interface SearchHit {
  readonly position: number
  readonly run: string
  readonly id: string
  /** UTF-16 offset in the completion's text (segment 0 unless told); −1 = in the prompt. */
  readonly at: number
  readonly segment: number
  /** Up to 80 characters either side. */
  readonly before: string
  readonly match: string
  readonly after: string
}
