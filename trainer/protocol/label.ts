/**
 * What people and programs say of rollouts: one record a line, append-only, apart from the run. A record never changes; an edit is
 * a record that `replaces` another, a deletion one that says `deleted`. Readers union the files of all writers by record id.
 */
import { z } from 'zod'
import { Count, Finite, NonNegative } from './numbers.ts'
import { Sha256 } from './sha256.ts'

export const LABELS_VERSION = 1

/** Who labels: part of file names, so that nothing but letters, digits and `. _ -` stands in it. */
export const Labeler = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'must be 1 to 40 letters, digits, ".", "_" or "-", the first a letter or digit')
export type Labeler = z.infer<typeof Labeler>
/** One process that appends; no two write to one file. */
export const Writer = z.string().regex(/^[A-Za-z0-9]{1,32}$/, 'must be 1 to 32 letters or digits')

/** Where an opinion comes from. What is not `human` never counts as human, whoever accepted it. */
export const LabelSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('human') }),
  /** A rule that knows: the step checker of an environment. */
  z.object({ kind: z.literal('checker'), name: z.string() }),
  /** A language model; `provider`: critic (on the engine), vscode.lm, or the host of an endpoint. */
  z.object({ kind: z.literal('model'), provider: z.string(), model: z.string() }),
  /** A labeler made for experiments. */
  z.object({ kind: z.literal('scripted'), name: z.string(), errorRate: Finite, laziness: Finite, bias: Finite, seed: Count }),
  /** Taken over from a file of others. */
  z.object({ kind: z.literal('imported'), format: z.string(), file: z.string() })
])
export type LabelSource = z.infer<typeof LabelSource>

/**
 * A place in a segment's raw text. `from` and `to` are UTF-16 units, `to` exclusive; `textHash` is the SHA-256 (hex) of the
 * whole raw text as UTF-8, lone surrogates replaced as encoders do, so that a label never lands on other text.
 */
export const Anchor = z
  .object({
    segment: Count,
    textHash: Sha256,
    from: Count,
    to: Count,
    /** The tokens that the span touches: first, and one past the last. */
    tokens: z.object({ from: Count, to: Count }).optional(),
    /** Index of the step among the segment's spans of kind `step`, from 0. */
    step: Count.optional()
  })
  .refine(({ from, to }) => from <= to, 'ends before it begins')
export type Anchor = z.infer<typeof Anchor>

export const StepRating = z.literal([-1, 0, 1, 'unsure'])
export type StepRating = z.infer<typeof StepRating>

/** Longest text of one opinion, in UTF-16 units. */
export const LABEL_TEXT = 100_000
const Text = z.string().min(1).max(LABEL_TEXT)

/** One opinion. The anchor says on what: a step, a span, or (whole segment) the trace. */
export const Opinion = z.discriminatedUnion('kind', [
  /** −1 bad, 0 okay, +1 great, in PRM800K's words. */
  z.object({ kind: z.literal('stepRating'), rating: StepRating }),
  /** Index of the first wrong step; null = none is wrong. */
  z.object({ kind: z.literal('firstError'), step: Count.nullable() }),
  z.object({ kind: z.literal('verdict'), right: z.boolean() }),
  z.object({ kind: z.literal('critique'), text: Text }),
  z.object({ kind: z.literal('note'), text: Text }),
  /** What the labeler would have written instead. */
  z.object({ kind: z.literal('better'), of: z.enum(['step', 'answer', 'trace']), text: Text }),
  /** `other` is a rollout of the same run and problem, with the hash of its first segment's text. */
  z.object({
    kind: z.literal('preference'), other: z.object({ rollout: z.string().min(1), textHash: z.string() }),
    preferred: z.enum(['this', 'other', 'equal']), rationale: z.string().max(LABEL_TEXT).default('')
  }),
  /** Answers by field of a label set: a JSON Schema of the workspace, named with the hash of what it was when it was answered. */
  z.object({ kind: z.literal('rubric'), labelSet: z.string().min(1), schemaHash: z.string(), scores: z.record(z.string(), z.json()) }),
  z.object({ kind: z.literal('flag'), reason: z.string().max(LABEL_TEXT).default('') }),
  z.object({ kind: z.literal('reply'), to: z.string().min(1), text: Text }),
  /** A thread is done with, or open again. */
  z.object({ kind: z.literal('resolved'), of: z.string().min(1), resolved: z.boolean() }),
  /** The labeler is through with this rollout: what the queue leaves out. */
  z.object({ kind: z.literal('completed') }),
  /** What became of a draft. `edited`: the record that came of it says what. */
  z.object({ kind: z.literal('decision'), of: z.string().min(1), decision: z.enum(['accepted', 'edited', 'rejected']), became: z.string().optional() }),
  z.object({ kind: z.literal('deleted'), of: z.string().min(1) })
])
export type Opinion = z.infer<typeof Opinion>
export type OpinionKind = Opinion['kind']

export const LabelRecord = z.object({
  version: z.literal(LABELS_VERSION),
  /** Unique everywhere: a UUID. */
  id: z.string().min(1).max(100),
  labeler: Labeler,
  at: z.iso.datetime(),
  /** Name of the run directory. */
  run: z.string().min(1),
  rollout: z.string().min(1),
  problemId: z.string(),
  anchor: Anchor,
  opinion: Opinion,
  source: LabelSource,
  /** A suggestion that nobody decided on yet: shown as such, never counted, never exported as a label. */
  draft: z.boolean().default(false),
  /** The draft that this opinion came of, word for word or changed. */
  suggestedBy: z.object({ draft: z.string(), how: z.enum(['accepted', 'edited']), source: LabelSource }).optional(),
  /** An item whose right label is known, or that is shown again: accuracy and consistency are measured on these. */
  qualityControl: z.boolean().default(false),
  /** Seconds from when the item was shown to this opinion, pauses left out. */
  seconds: NonNegative.default(0),
  /** Labelled without sight of reward, gold and others' labels. */
  blind: z.boolean().default(false),
  /** Id of the record that this one takes the place of. */
  replaces: z.string().optional()
})
/** A record as it is written. */
export type LabelRecordInput = z.input<typeof LabelRecord>
export type LabelRecord = z.output<typeof LabelRecord>

/** A record after union and fold: edits applied, deletions gone, replies beneath. */
export interface Label extends LabelRecord {
  /** Id of the first version: the same through all edits, while `id` is that of the newest version. */
  readonly firstId: string
  /** Times of the first version and of the last. */
  readonly createdAt: string
  readonly editedAt?: string
  readonly resolved: boolean
  readonly replies: readonly Label[]
  /** Decision on a draft. */
  readonly decision?: 'accepted' | 'edited' | 'rejected'
  /** Why the anchor no longer holds; set by readers that have the rollout. */
  readonly orphaned?: OrphanReason
}
export type OrphanReason = 'rolloutGone' | 'textChanged' | 'outOfText' | 'segmentGone'

/** Something of a label file that could not be used; the rest was. */
export interface LabelFault {
  readonly file: string
  /** 1-based. */
  readonly line: number
  readonly code: 'tornLine' | 'notJson' | 'notALabel' | 'mergeConflict' | 'duplicateId' | 'newerVersion' | 'tooLong' | 'notAFile'
  readonly message: string
}

/** A label set: `.rollout-lab/label-sets/<name>.json`, a JSON Schema whose properties are the fields to answer, in order. */
export interface LabelSet {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly schemaHash: string
  readonly fields: readonly LabelSetField[]
}
export interface LabelSetField {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly required: boolean
  readonly type: 'choice' | 'number' | 'integer' | 'boolean' | 'text'
  /** For `choice`, in the order of the keys 1–9. */
  readonly options?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
}
