import type { Rollout, Segment } from '../../protocol/rollout.ts'

/** What rows need of a rollout: texts and spans, none of the arrays over tokens. A whole `Rollout` is one too. */
export interface RowRollout extends Pick<Rollout, 'id' | 'kind' | 'problemId' | 'answer'> {
  readonly gold?: string | undefined
  readonly segments: readonly RowSegment[]
}
export interface RowSegment extends Pick<Segment, 'text' | 'spans'> {
  readonly samplePrompt: Pick<Segment['samplePrompt'], 'text'>
  readonly trainPrompt?: Pick<Segment['samplePrompt'], 'text'> | undefined
}

/**
 * What the segment is trained under: without scaffold or hint where it had one. `joint` goes between prompt and completion
 * where neither has white space there.
 */
export function promptOf(segment: RowSegment, joint: string): string {
  const { text } = segment.trainPrompt ?? segment.samplePrompt
  return /\s$/.test(text) || /^\s/.test(segment.text) ? text : text + joint
}
