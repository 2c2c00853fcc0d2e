import type { Rollout, Segment } from '../../protocol/rollout.ts'
import type { FirstError } from './firstErrorF1.ts'
import type { KnownTruth } from './qualityControl.ts'

/** What truth is read off: a rollout, or its texts and verdicts alone. */
export interface VerifiedRollout extends Pick<Rollout, 'correct' | 'steps'> {
  readonly segments: readonly Pick<Segment, 'spans'>[]
}

/** What the run's own verifier and step checker know of a rollout. */
export function knownTruth(rollout: VerifiedRollout): KnownTruth {
  const firstError = checkedFirstError(rollout)
  return { ...(rollout.correct === null ? {} : { verdict: rollout.correct }), ...(firstError === undefined ? {} : { firstError }) }
}

/** The first step that was found false, where all before it were found true; undefined where a step could not be checked. */
function checkedFirstError({ segments, steps }: VerifiedRollout): FirstError | undefined {
  const spans = (segments[0]?.spans ?? []).filter(({ kind }) => kind === 'step')
  if (spans.length === 0 || segments.length > 1) return undefined
  for (const [i, { from, to }] of spans.entries()) {
    const within = steps.filter((step) => step.from < to && step.to > from)
    if (within.some(({ ok }) => ok === false)) return i
    if (within.length === 0 || within.some(({ ok }) => ok === null)) return undefined
  }
  return null
}
