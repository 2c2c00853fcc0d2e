import { stepAnchor, traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import { judgedSegment } from '../../trainer/labels/scripted/judgedSegment.ts'
import type { Anchor, Label, LabelSource, Opinion } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { NewRecord } from '../contracts/labels.ts'
import type { Review } from './review.ts'

/** A review as drafts of its source. Who reviewed saw neither gold nor reward, unless it is a checker. */
export function draftRecords(rollout: Rollout, { ratings, firstError, right, critique }: Review, source: LabelSource): NewRecord[] {
  const segment = judgedSegment(rollout)
  const whole = traceAnchor(rollout, segment)
  const record = (opinion: Opinion, anchor: Anchor = whole): NewRecord =>
    ({ rollout: rollout.id, problemId: rollout.problemId, anchor, opinion, source, draft: true, blind: source.kind !== 'checker' })
  return [
    ...ratings.map(({ step, rating }) => record({ kind: 'stepRating', rating }, stepAnchor(rollout, step, segment))),
    ...(firstError === undefined ? [] : [record({ kind: 'firstError', step: firstError })]),
    ...(right === undefined ? [] : [record({ kind: 'verdict', right })]),
    ...(critique === '' ? [] : [record({ kind: 'critique', text: critique }, typeof firstError === 'number' ? stepAnchor(rollout, firstError, segment) : whole)])
  ]
}

/** Whether a source drafted on this rollout already, and nobody decided on it yet. */
export const isDrafted = (labels: readonly Label[], source: LabelSource): boolean =>
  labels.some((label) => label.draft && label.decision === undefined && label.orphaned === undefined && sameSource(label.source, source))

const sameSource = (one: LabelSource, other: LabelSource): boolean =>
  (one.kind === 'checker' && other.kind === 'checker' && one.name === other.name) || (one.kind === 'model' && other.kind === 'model' && one.provider === other.provider && one.model === other.model)
