/**
 * What the query process answers: JSON-RPC (`vscode-jsonrpc`) over its standard streams. It serves every view, reads old and
 * live runs alike, and needs no trainer. Every request can be cancelled. Runs are named by the path of their directory.
 */
import { z } from 'zod'
import { Count, Finite, PositiveCount } from './numbers.ts'
import { StopReason } from './rollout.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { RunEvent } from './events.ts'
import type { ExecutionRecord, TestRun, TestVerdict } from './execution.ts'
import type { Label, LabelFault } from './label.ts'
import type { LeftOut, RowKind } from './labelRows.ts'
import type { Rollout } from './rollout.ts'
import type { ResolvedRun } from './runFile.ts'
import type { RunState } from './runState.ts'
import type { Summary } from './summary.ts'

/** Rows of one page at most. */
export const PAGE_ROWS = 500

const RunPath = z.string().min(1)
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
  /** Mean over the completion's tokens; null until the group was weighed. */
  readonly advantage: number | null
  readonly stopReason: string
  readonly completionTokens: number
  readonly meanLogprob: number | null
  readonly meanEntropy: number | null
  readonly kept: boolean | null
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

/** A run in a list. */
export interface RunCard {
  readonly directory: string
  readonly runId: string
  /** The user's name for it; else the run file's. */
  readonly name: string
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
  readonly rewardParts: readonly string[]
  readonly environments: readonly string[]
}

/** Series by metric name, one value per entry of `steps`; null where a step has none. */
export interface MetricSeries {
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

/** A materialised list. Positions hold until `generation` changes. */
export interface ViewInfo {
  readonly view: string
  readonly generation: number
  /** Rows (rollouts or groups) that pass the filter. */
  readonly count: number
  /** Rollouts of the runs, before the filter. */
  readonly total: number
  readonly right: number
  readonly wrong: number
  readonly notScorable: number
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

/** One finding of "Why is it not learning?". */
export interface DiagnosisFinding {
  readonly check: string
  readonly title: string
  readonly state: 'ok' | 'warn' | 'bad' | 'unknown'
  /** A sentence with the numbers it rests on. */
  readonly evidence: string
  readonly advice: string
  /** Metric names to look at. */
  readonly metrics: readonly string[]
  /** The rollouts behind it. */
  readonly filter?: RolloutFilter
}

export interface RunDifference {
  /** Dotted path, `git.commit`, `data.…`. */
  readonly path: string
  /** One JSON text per run, in the order asked; null = absent. */
  readonly values: readonly (string | null)[]
}

/** What was said of a rollout, in a list. Drafts are no labels. */
export interface LabelState {
  readonly labels: number
  /** Suggestions that nobody decided on yet. */
  readonly drafts: number
  readonly flagged: boolean
  readonly disagreeing: boolean
  readonly completedBy: readonly string[]
}

/** Which rollouts to label next, and in which order. */
export const LabelQueueKind = z.enum(['unlabelled', 'failing', 'mixedGroups', 'highestEntropy', 'disagreement', 'judgeAgainstVerifier', 'random', 'qualityControl'])
export type LabelQueueKind = z.infer<typeof LabelQueueKind>

export interface LabelProgress {
  /** Rollouts of the run that the labeler completed, and of the queue. */
  readonly completed: number
  readonly total: number
  readonly today: number
  /** Median seconds from shown to completed, of the last 50; null before the first. */
  readonly medianSeconds: number | null
  /** Share of own labels given again alike, on items shown twice; null where there were none. */
  readonly consistency: { readonly value: number; readonly low: number; readonly high: number; readonly items: number } | null
  /** Share right on quality-control items whose label is known. */
  readonly qualityControl: { readonly value: number; readonly low: number; readonly high: number; readonly items: number } | null
  /** Of drafts by source: accepted as they were, edited, rejected, open. */
  readonly drafts: readonly { readonly source: string; readonly accepted: number; readonly edited: number; readonly rejected: number; readonly open: number }[]
}

/** One measure of agreement with its bootstrap interval over items; `value: null` where it is not defined, `why` says so. */
export interface AgreementMeasure {
  readonly measure: string
  readonly title: string
  readonly definition: string
  readonly between: string
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly items: number
  readonly why?: string
}

/** A rollout on which labelers differ. Resolving the opinions that lost settles it: they no longer count, and give no rows. */
export interface Disagreement {
  readonly rollout: string
  readonly kind: 'verdict' | 'firstError' | 'stepRating' | 'preference' | 'rubric'
  readonly step?: number
  /** `label` is the id of the label, which stands on `rollout`: of a pair, that may be the other one. */
  readonly opinions: readonly { readonly labeler: string; readonly says: string; readonly label: string; readonly rollout: string }[]
}

/** What an export would give. */
export interface RowsPreview {
  readonly rows: Readonly<Record<RowKind, number>>
  readonly leftOut: readonly LeftOut[]
  readonly labelers: readonly string[]
  readonly sources: Readonly<Record<string, number>>
}

const Page = { offset: Count, limit: z.number().int().min(1).max(PAGE_ROWS) }
const ViewId = z.string()

/** Requests: name → parameters. Results in QueryResults. */
export const QUERY_REQUESTS = {
  'runs/list': z.object({ folders: z.array(RunPath) }),
  'runs/details': z.object({ run: RunPath }),
  /** Name, notes, tags and pin: kept beside the run, the only thing this process ever writes. */
  'runs/annotate': z.object({
    run: RunPath, name: z.string().max(200).optional(), notes: z.string().max(100_000).optional(),
    tags: z.array(z.string().max(60)).max(50).optional(), pinned: z.boolean().optional()
  }),
  'runs/size': z.object({ run: RunPath }),
  'runs/checkpoints': z.object({ run: RunPath }),
  /** `types`: only events of these types; `next` is past the others too. */
  'runs/events': z.object({ run: RunPath, offset: Count, types: z.array(z.string().max(60)).max(20).optional() }),
  'runs/metrics': z.object({ run: RunPath, offset: Count, names: z.array(z.string()).optional() }),
  'runs/compare': z.object({ runs: z.array(RunPath).min(2).max(20) }),
  'runs/diagnose': z.object({ run: RunPath }),
  /** Notifies `changed` for these runs and folders from now on; replaces what was watched before. */
  'runs/watch': z.object({ runs: z.array(RunPath), folders: z.array(RunPath) }),
  /** `first`: so many rows from the beginning come with the answer. */
  'rollouts/open': z.object({
    runs: z.array(RunPath).min(1).max(20), filter: RolloutFilter, sort: RolloutSort, by: z.enum(['rollouts', 'groups']), follow: z.boolean(), first: Page.limit.optional()
  }),
  'rollouts/close': z.object({ view: ViewId }),
  'rollouts/page': z.object({ view: ViewId, ...Page }),
  'groups/page': z.object({ view: ViewId, ...Page }),
  /** First characters of each prompt and completion, in the order asked. */
  'rollouts/excerpts': z.object({ rollouts: z.array(z.object({ run: RunPath, id: z.string() })).max(PAGE_ROWS), characters: z.number().int().min(1).max(400) }),
  'rollouts/position': z.object({ view: ViewId, run: RunPath, id: z.string() }),
  'rollouts/histogram': z.object({ view: ViewId, column: z.enum(['reward', 'completionTokens', 'advantage', 'step', 'meanEntropy', 'meanLogprob']), bins: z.number().int().min(1).max(200) }),
  /** Hits come as `searchHits` notices with the same `search`, in the order of the view; the answer comes when all was searched. */
  'rollouts/search': z.object({ view: ViewId, search: z.string(), text: z.string().min(1).max(1000), limit: z.number().int().min(1).max(10_000) }),
  /** `executions: false` leaves them out, which are read apart. */
  'rollouts/one': z.object({ run: RunPath, id: z.string(), executions: z.boolean().optional() }),
  /** Of a rollout, by turn; empty where its completions are not programs. */
  'rollouts/executions': z.object({ run: RunPath, id: z.string() }),
  /** `failing`: only tests that did not pass. */
  'rollouts/tests': z.object({ run: RunPath, id: z.string(), turn: PositiveCount, failing: z.boolean().optional(), ...Page }),
  /** One of them as it was recorded, with all its texts. */
  'rollouts/execution': z.object({ run: RunPath, id: z.string(), turn: PositiveCount }),
  /** The attempts of a group by step and sample, at most PAGE_ROWS; the latest attempt at the step unless told. */
  'rollouts/group': z.object({ run: RunPath, group: z.string(), attempt: Count.optional() }),
  /** What the recorded numbers are, by metric name or family (`reward/part/*`). */
  'metrics/definitions': z.object({}),
  /**
   * The folder in which a run's labels lie, told once before any label is asked for; it is followed from then on, and changes
   * come as `labelsChanged`.
   */
  'labels/folder': z.object({ run: RunPath, folder: z.string().min(1) }),
  /** Labels of one rollout, oldest first, replies beneath; drafts included, orphans marked. */
  'labels/of': z.object({ run: RunPath, id: z.string() }),
  /** In the order asked; null where nothing was said. */
  'labels/states': z.object({ run: RunPath, ids: z.array(z.string()).max(PAGE_ROWS) }),
  /** Labels of the run that have a text, newest first, for lists. */
  'labels/page': z.object({ run: RunPath, kinds: z.array(z.string()).max(20).optional(), ...Page }),
  /** Orphans: labels whose rollout is gone or whose text is another. */
  'labels/orphans': z.object({ run: RunPath, ...Page }),
  /** Ids in the order to label, those that the labeler completed left out. `seed` orders what is drawn at random. */
  'labels/queue': z.object({ run: RunPath, kind: LabelQueueKind, labeler: z.string(), pairs: z.boolean(), seed: Count, limit: z.number().int().min(1).max(10_000) }),
  'labels/progress': z.object({ run: RunPath, labeler: z.string() }),
  'labels/agreement': z.object({ run: RunPath }),
  'labels/disagreements': z.object({ run: RunPath, ...Page }),
  /** How many rows of each kind an export would give, and what is left out and why. */
  'labels/preview': z.object({ run: RunPath, labelers: z.array(z.string()).optional(), includeModelSources: z.boolean() }),
  /** All attempts at one problem over steps, checkpoints and runs, oldest first. */
  'problems/history': z.object({ runs: z.array(RunPath).min(1).max(20), problemId: z.string(), ...Page })
} as const
export type QueryRequest = keyof typeof QUERY_REQUESTS
export type QueryParams<R extends QueryRequest> = z.infer<(typeof QUERY_REQUESTS)[R]>

export interface QueryResults {
  'runs/list': { readonly runs: readonly RunCard[]; readonly notices: readonly Notice[] }
  'runs/details': RunDetails
  'runs/annotate': RunCard
  'runs/size': { readonly bytes: number; readonly checkpointBytes: number; readonly rolloutBytes: number }
  'runs/checkpoints': readonly CheckpointCard[]
  'runs/events': { readonly events: readonly RunEvent[]; readonly next: number }
  'runs/metrics': MetricSeries
  'runs/compare': { readonly differences: readonly RunDifference[]; readonly same: number }
  'runs/diagnose': readonly DiagnosisFinding[]
  'runs/watch': null
  'rollouts/open': OpenedView
  'rollouts/close': null
  'rollouts/page': { readonly generation: number; readonly rows: readonly RolloutRow[] }
  'groups/page': { readonly generation: number; readonly rows: readonly GroupRow[] }
  'rollouts/excerpts': readonly (Excerpt | null)[]
  'rollouts/position': { readonly position: number | null }
  'rollouts/histogram': Histogram
  'rollouts/search': { readonly searched: number; readonly hits: number; readonly complete: boolean }
  'rollouts/one': Rollout | null
  'rollouts/executions': readonly ExecutionCard[]
  'rollouts/tests': { readonly count: number; readonly tests: readonly TestRow[] }
  'rollouts/execution': ExecutionRecord | null
  'rollouts/group': readonly GroupAttempt[]
  'metrics/definitions': Readonly<Record<string, { readonly title: string; readonly definition: string; readonly unit: string; readonly denominator: string }>>
  'labels/folder': null
  'labels/of': readonly Label[]
  'labels/states': readonly (LabelState | null)[]
  'labels/page': { readonly count: number; readonly labels: readonly Label[]; readonly faults: readonly LabelFault[] }
  'labels/orphans': { readonly count: number; readonly labels: readonly Label[] }
  'labels/queue': readonly { readonly rollout: string; readonly other?: string; readonly qualityControl: boolean }[]
  'labels/progress': LabelProgress
  'labels/agreement': readonly AgreementMeasure[]
  'labels/disagreements': { readonly count: number; readonly rows: readonly Disagreement[] }
  'labels/preview': RowsPreview
  'problems/history': { readonly count: number; readonly rows: readonly RolloutRow[] }
}

/** Notifications of the query process. */
export interface QueryNotices {
  /** Something of a watched run was written; coalesced to a few a second. `gone`: the directory was deleted or moved. */
  changed: { readonly run?: string; readonly folder?: string; readonly what: readonly ('state' | 'metrics' | 'events' | 'rollouts' | 'summary' | 'gone' | 'list')[] }
  /** Label files of a run changed; the rollouts that it concerns, or none where nobody knows which. */
  labelsChanged: { readonly run: string; readonly rollouts: readonly string[] }
  /** A followed view has new rows. */
  viewChanged: ViewInfo
  searchHits: { readonly search: string; readonly hits: readonly SearchHit[]; readonly searched: number }
}

/** `data` of an error answer: a LabError across the process border. */
export const QueryErrorData = z.object({ boundary: z.string(), code: z.string(), place: z.string().optional(), remedy: z.string() })
export type QueryErrorData = z.infer<typeof QueryErrorData>
