import type { StepVerdict } from '../../protocol/rollout.ts'
import { stepsOf } from '../anchors/makeAnchor.ts'
import type { Anchored } from '../anchors/makeAnchor.ts'

/** The segment whose steps were judged: the last that has these spans as steps, else the first. */
export function judgedSegment({ segments, steps }: Pick<Anchored, 'segments'> & { readonly steps: readonly StepVerdict[] }): number {
  const fits = segments.map(({ spans }) => {
    const found = stepsOf(spans)
    return steps.length > 0 && steps.every(({ from, to }) => found.some((span) => span.from === from && span.to === to))
  })
  return Math.max(0, fits.lastIndexOf(true))
}
