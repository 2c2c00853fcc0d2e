import { anchorOf, traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import type { Anchor, LabelRecordInput } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { NewRecord } from '../contracts/labels.ts'
import type { RawSpan } from './projection.ts'

/** What is said, where, and in place of which record. */
export interface Saying {
  /** Where another saying of the same commit names it. */
  readonly id?: string
  readonly opinion: LabelRecordInput['opinion']
  readonly anchor: Anchor
  readonly replaces?: string
  readonly suggestedBy?: LabelRecordInput['suggestedBy']
}

/** What all records of one occasion share. */
export interface Occasion {
  /** Reading time, in seconds. */
  readonly seconds: number
  readonly qualityControl: boolean
}

/** The anchor of a span; of nothing, that of the first completion as a whole. */
export const anchorAt = (rollout: Rollout, span: RawSpan | undefined): Anchor => (span ? anchorOf(rollout, span.segment, span.from, span.to) : traceAnchor(rollout))

/** The reward and the answer are in sight in a document: nothing written there is blind. */
export const newRecord = ({ id, problemId }: Pick<Rollout, 'id' | 'problemId'>, saying: Saying, occasion: Occasion): NewRecord =>
  ({ rollout: id, problemId, ...saying, ...occasion, blind: false })
