/**
 * What the query process answers: JSON-RPC (`vscode-jsonrpc`) over its standard streams. It serves every view, reads old and
 * live runs alike, and needs no trainer. Every request can be cancelled. Runs are named by the path of their directory.
 */
import { z } from 'zod'
import { Count, PositiveCount } from './numbers.ts'
import type { RunEvent } from './events.ts'
import type { ExecutionRecord } from './execution.ts'
import type { Label, LabelFault } from './label.ts'
import { LabelQueueKind } from './labelViews.ts'
import type { AgreementMeasure, Disagreement, LabelProgress, LabelState, RowsPreview } from './labelViews.ts'
import type { Rollout } from './rollout.ts'
import { RolloutFilter, RolloutSort } from './rolloutViews.ts'
import type { Excerpt, ExecutionCard, GroupAttempt, GroupRow, Histogram, Notice, OpenedView, RolloutRow, SearchHit, TestRow, ViewInfo } from './rolloutViews.ts'
import type { TokenUpdate } from './tokenUpdate.ts'
import type { CheckpointCard, DiagnosisFinding, MetricSeries, RunCard, RunComparison, RunDetails } from './runViews.ts'

/** Rows of one page at most. */
export const PAGE_ROWS = 500
/** Runs that are looked at together at most. */
export const RUNS_MOST = 20

const RunPath = z.string().min(1)
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
  'runs/compare': z.object({ runs: z.array(RunPath).min(2).max(RUNS_MOST) }),
  'runs/diagnose': z.object({ run: RunPath }),
  /** Notifies `changed` for these runs and folders from now on; replaces what was watched before. */
  'runs/watch': z.object({ runs: z.array(RunPath), folders: z.array(RunPath) }),
  /** `first`: so many rows from the beginning come with the answer. */
  'rollouts/open': z.object({
    runs: z.array(RunPath).min(1).max(RUNS_MOST), filter: RolloutFilter, sort: RolloutSort, by: z.enum(['rollouts', 'groups']), follow: z.boolean(), first: Page.limit.optional()
  }),
  'rollouts/close': z.object({ view: ViewId }),
  'rollouts/page': z.object({ view: ViewId, ...Page }),
  'groups/page': z.object({ view: ViewId, ...Page }),
  /** First characters of each prompt and completion, in the order asked. */
  'rollouts/excerpts': z.object({ rollouts: z.array(z.object({ run: RunPath, id: z.string() })).max(PAGE_ROWS), characters: z.number().int().min(1).max(400) }),
  'rollouts/position': z.object({ view: ViewId, run: RunPath, id: z.string() }),
  'rollouts/histogram': z.object({ view: ViewId, column: z.enum(['reward', 'completionTokens', 'advantage', 'step', 'meanEntropy', 'meanLogprob']), bins: z.number().int().min(1).max(200) }),
  /** Hits come as `searchHits` notices with the same `search`, in the order of the view; the answer comes when all was searched, or as many hits were found. */
  'rollouts/search': z.object({ view: ViewId, search: z.string(), text: z.string().min(1).max(1000), limit: z.number().int().min(1).max(10_000) }),
  /** `executions: false` leaves them out, which are read apart. */
  'rollouts/one': z.object({ run: RunPath, id: z.string(), executions: z.boolean().optional() }),
  /** What the update of its step made of a rollout's tokens; null where nothing was noted. */
  'rollouts/update': z.object({ run: RunPath, id: z.string() }),
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
  /** All attempts at one problem over steps, checkpoints and runs, oldest first; runs that cannot be read are left out and named. */
  'problems/history': z.object({ runs: z.array(RunPath).min(1).max(RUNS_MOST), problemId: z.string(), ...Page })
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
  'runs/compare': RunComparison
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
  'rollouts/update': TokenUpdate | null
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
  'problems/history': { readonly count: number; readonly rows: readonly RolloutRow[]; readonly unread: readonly { readonly run: string; readonly why: string }[] }
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

/** Code of the error where DuckDB cannot be loaded or opened, which may be for the Node that runs the process. */
export const NO_DATABASE = 'no-database'
