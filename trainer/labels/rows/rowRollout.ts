import type { Rollout, Segment } from '../../protocol/rollout.ts'

/** What rows need of a rollout: texts and spans, none of the arrays over tokens. A whole `Rollout` is one too. */
export interface RowRollout extends Pick<Rollout, 'id' | 'kind' | 'problemId' | 'answer'> {
  readonly gold?: string | undefined
  readonly segments: readonly RowSegment[]
}
export interface RowSegment extends Pick<Segment, 'text' | 'spans'> {
  readonly samplePrompt: RowPrompt
  readonly trainPrompt?: RowPrompt | undefined
}
type RowPrompt = Pick<Segment['samplePrompt'], 'text' | 'messages'>

/**
 * What the segment is trained under: without scaffold or hint where it had one. `joint` goes between prompt and completion
 * where neither has white space there.
 */
export function promptOf(segment: RowSegment, joint: string): string {
  const { text } = segment.trainPrompt ?? segment.samplePrompt
  return /\s$/.test(text) || /^\s/.test(segment.text) ? text : text + joint
}

/** The prompt as fields of a row. Another program may have recorded messages that it only joined. */
export function askedOf(segment: RowSegment, joint: string): { readonly prompt: string; readonly rendered?: true } {
  const { text, messages } = segment.trainPrompt ?? segment.samplePrompt
  const rendered = messages !== undefined && text !== messages.map(({ content }) => content).join('')
  return { prompt: promptOf(segment, joint), ...(rendered && { rendered }) }
}
