import type { LabelRecord, OrphanReason } from '../../protocol/label.ts'
import type { Segment } from '../../protocol/rollout.ts'
import { textHash } from './textHash.ts'

/** What anchors are checked against: a rollout, or its texts alone. */
export interface AnchoredTexts {
  readonly segments: readonly Pick<Segment, 'text'>[]
}

/** What is looked at of a rollout. */
export interface WithTexts {
  readonly segments: readonly { readonly text: string }[]
}

/**
 * Why a label no longer stands on what it was given for; undefined where it does. `rollout` is what the run has under the
 * label's rollout id, null where it has nothing. For a preference, `other` is the other side, null where it is gone; left out,
 * the other side is not looked at.
 */
export function orphanReason(label: Pick<LabelRecord, 'anchor' | 'opinion'>, rollout: AnchoredTexts | null, other?: AnchoredTexts | null): OrphanReason | undefined {
  return placeReason(label.anchor, rollout) ?? (label.opinion.kind === 'preference' && other !== undefined ? otherReason(label.opinion.other.textHash, other) : undefined)
}

function placeReason({ segment, textHash: expected, from, to }: LabelRecord['anchor'], rollout: AnchoredTexts | null): OrphanReason | undefined {
  if (rollout === null) return 'rolloutGone'
  const text = rollout.segments[segment]?.text
  if (text === undefined) return 'segmentGone'
  if (hashOf(rollout, segment, text) !== expected) return 'textChanged'
  return from > to || to > text.length ? 'outOfText' : undefined
}

function otherReason(expected: string, other: AnchoredTexts | null): OrphanReason | undefined {
  if (other === null) return 'rolloutGone'
  return hashOf(other, 0, other.segments[0]?.text ?? '') === expected ? undefined : 'textChanged'
}

/** A trace with fifty labels is hashed once. */
const hashes = new WeakMap<AnchoredTexts, (string | undefined)[]>()

function hashOf(rollout: AnchoredTexts, segment: number, text: string): string {
  const known = hashes.get(rollout) ?? []
  hashes.set(rollout, known)
  return (known[segment] ??= textHash(text))
}
