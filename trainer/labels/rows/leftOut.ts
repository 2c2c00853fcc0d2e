import type { LeftOut, RowKind } from '../../protocol/labelRows.ts'

/** Why a label gave no row, in the words that people read. */
export const REASON = {
  draft: 'a suggestion that nobody decided on',
  rejected: 'a suggestion that was rejected',
  model: 'from a model, or suggested by one; left out unless asked for',
  labeler: 'by a labeler who was not chosen',
  qualityControl: 'a quality-control item',
  rolloutGone: 'its rollout is gone',
  textChanged: 'the text of its rollout is another',
  outOfText: 'its place lies outside the text',
  segmentGone: 'its part of the rollout is gone',
  heldOut: 'on a held-out problem: training on it would spoil the evaluation',
  overruled: 'the same labeler said it again, or otherwise, later',
  otherSource: 'people labelled the same; sources are never mixed',
  outvoted: 'outvoted by other labelers',
  disagreement: 'labelers disagree',
  settled: 'overruled: its thread was resolved in favour of another',
  unsure: 'the labeler was unsure',
  wrong: 'the trace was judged wrong',
  empty: 'the trace has no text',
  noStep: 'on no step of the trace',
  oddSteps: 'the steps of the trace are empty or overlap',
  contradiction: 'the labeler’s ratings and first error contradict each other',
  gap: 'comes after a step without a label',
  noAnswer: 'the trace has no answer to replace',
  sameText: 'both sides have the same text',
  noPreference: 'neither side was preferred',
  otherGone: 'the other rollout of the pair is gone',
  otherChanged: 'the text of the pair’s other rollout is another',
  promptsDiffer: 'the two rollouts answer different prompts'
} as const
export type Reason = keyof typeof REASON

/** Ids listed of each reason. */
const EXAMPLES = 5

/** Counts labels of which no row was made. */
export class LeftOutLabels {
  readonly #counts = new Map<string, { readonly kind: RowKind; readonly reason: Reason; count: number; readonly examples: string[] }>()

  add(kind: RowKind, reason: Reason, labels: readonly { readonly id: string }[]): void {
    if (labels.length === 0) return
    const key = `${kind} ${reason}`
    const known = this.#counts.get(key) ?? { kind, reason, count: 0, examples: [] }
    known.count += labels.length
    known.examples.push(...labels.slice(0, Math.max(0, EXAMPLES - known.examples.length)).map(({ id }) => id))
    this.#counts.set(key, known)
  }

  list(): LeftOut[] {
    return joinLeftOut([[...this.#counts.values()].map((known) => ({ ...known, reason: REASON[known.reason] }))])
  }
}

/** Sums of several counts, the commonest first. */
export function joinLeftOut(parts: readonly (readonly LeftOut[])[]): LeftOut[] {
  const sums = new Map<string, LeftOut>()
  for (const part of parts.flat()) {
    const key = `${part.kind} ${part.reason}`
    const known = sums.get(key)
    sums.set(key, known === undefined ? part : { ...known, count: known.count + part.count, examples: [...known.examples, ...part.examples].slice(0, EXAMPLES) })
  }
  return [...sums.values()].sort((a, b) => b.count - a.count || `${a.kind} ${a.reason}`.localeCompare(`${b.kind} ${b.reason}`, 'en'))
}
