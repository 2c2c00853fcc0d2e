/** Rows that labels become: what `lab labels export` writes, what `import` reads and what a training stage takes as its data. */
import { z } from 'zod'
import { Count, Share } from './numbers.ts'

/** What prompts of rows and rollouts are compared by. White space between prompt and completion is nobody's: exports add and others drop it. */
export const promptKey = (prompt: string): string => prompt.trimEnd()

/** Critique fine-tuning: a prompt and a response of the model, and what to say of it. */
export const CritiqueRow = z.object({ prompt: z.string(), response: z.string(), critique: z.string().min(1), verdict: z.boolean().optional() })
export type CritiqueRow = z.infer<typeof CritiqueRow>

/** Where a tool answered between the turns of a text: in code points, `to` exclusive, in order. The model never wrote that, and is not to learn it. */
const ToolRanges = z
  .array(z.object({ from: Count, to: Count }))
  .refine((ranges) => ranges.every(({ from, to }, i) => from <= to && from >= (ranges[i - 1]?.to ?? 0)), { message: 'must be ranges in order that do not overlap' })
export type ToolRanges = z.infer<typeof ToolRanges>

/** Whether a chat template made the prompt: such a one is read as it is, and what follows it ends as the template ends an answer. */
const Rendered = z.boolean().optional()

/** A trace to imitate: one that was accepted, or that the labeler wrote. */
export const SolutionRow = z.object({ prompt: z.string(), rendered: Rendered, completion: z.string().min(1), tool: ToolRanges.optional() })
export type SolutionRow = z.infer<typeof SolutionRow>

/** TRL's step supervision: the steps of a trace in order and whether each is right. Texts join to the trace as it was. */
export const StepRow = z
  .object({ prompt: z.string(), completions: z.array(z.string()).min(1), labels: z.array(z.boolean()) })
  .refine(({ completions, labels }) => completions.length === labels.length, { path: ['labels'], message: 'must have one entry per completion' })
export type StepRow = z.infer<typeof StepRow>

/** TRL's preferences; `rationale` says why the chosen side wins. Where the row `continues`, both sides are parts of a text that goes on, so that neither ends it. */
export const PreferenceRow = z.object({
  prompt: z.string(), rendered: Rendered, chosen: z.string(), rejected: z.string(), rationale: z.string().optional(), continues: z.boolean().optional(),
  chosenTool: ToolRanges.optional(), rejectedTool: ToolRanges.optional()
})
export type PreferenceRow = z.infer<typeof PreferenceRow>

export const RowKind = z.enum(['critiques', 'solutions', 'steps', 'preferences'])
export type RowKind = z.infer<typeof RowKind>
export const ROW_SCHEMAS = { critiques: CritiqueRow, solutions: SolutionRow, steps: StepRow, preferences: PreferenceRow } as const
export interface RowsOf {
  critiques: CritiqueRow
  solutions: SolutionRow
  steps: StepRow
  preferences: PreferenceRow
}

/** Where a row came from. */
export interface RowOrigin {
  readonly run: string
  readonly rollouts: readonly string[]
  readonly labels: readonly string[]
  /** Kinds of source of these labels: what a provider's terms may forbid to train on shows here. */
  readonly sources: readonly string[]
}
export interface RowWithOrigin<K extends RowKind = RowKind> {
  readonly row: RowsOf[K]
  readonly origin: RowOrigin
}

/** Labels of which no row was made, by reason. */
export interface LeftOut {
  readonly kind: RowKind
  readonly reason: string
  readonly count: number
  /** A few ids of labels or rollouts. */
  readonly examples: readonly string[]
}

/** manifest.json beside exported rows: from which rollouts and labels, by hash, the data were made. */
export const LabelManifest = z.object({
  version: z.literal(1),
  at: z.iso.datetime(),
  run: z.object({ directory: z.string(), runId: z.string() }),
  files: z.array(z.object({ kind: z.union([RowKind, z.literal('prm800k'), z.literal('lineage')]), file: z.string(), rows: Count, sha256: z.string() })),
  /** Label files read: name and SHA-256. */
  labelFiles: z.array(z.object({ file: z.string(), sha256: z.string(), records: Count })),
  /** SHA-256 over a line `<id> <SHA-256 of each segment's text, by commas>` for each rollout that rows were made of, sorted. */
  rolloutsSha256: z.string(),
  labelers: z.array(z.string()),
  sources: z.record(z.string(), Count),
  /** `includeHeldOut`: labels on evaluation rollouts too. */
  options: z.object({ includeModelSources: z.boolean(), includeHeldOut: z.boolean().default(false), labelers: z.array(z.string()).optional(), minimumAgreement: Share.optional() }),
  leftOut: z.array(z.object({ kind: RowKind, reason: z.string(), count: Count, examples: z.array(z.string()) }))
})
export type LabelManifest = z.infer<typeof LabelManifest>
