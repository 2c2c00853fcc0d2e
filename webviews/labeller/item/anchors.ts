import type { Anchor } from '../../../trainer/protocol/label.ts'
import type { Rollout } from '../../../trainer/protocol/rollout.ts'
import { tokensTouched } from '../../../trainer/labels/anchors/tokensTouched.ts'
import { stepOf } from '../judging/slots.ts'
import type { Slot } from '../judging/slots.ts'
import { stepsOf } from './traceSteps.ts'

type Segment = Rollout['segments'][number]

/** SHA-256 (hex) of the text as UTF-8; lone surrogates are replaced by U+FFFD, as encoders do. */
export async function textHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The place that a slot's opinion is about: a step, or the whole trace. */
export function anchorOf(segment: Segment, index: number, hash: string, slot: Slot): Anchor {
  const step = stepOf(slot)
  const span = step === undefined ? undefined : stepsOf(segment)[step]
  const { from, to } = span ?? { from: 0, to: segment.text.length }
  const tokens = tokensTouched(segment.text, segment.tokenEnds, from, to)
  return { segment: index, textHash: hash, from, to, ...(tokens && { tokens }), ...(span && { step }) }
}
