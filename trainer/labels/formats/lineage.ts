import type { Label } from '../../protocol/label.ts'
import type { RowOrigin } from '../../protocol/labelRows.ts'
import { textHash } from '../anchors/textHash.ts'
import { sourceNames } from '../rows/labelSource.ts'
import type { RowRollout } from '../rows/rowRollout.ts'
import { codePointSpan } from './codePoints.ts'

/** A line of lineage.jsonl: what one exported row was made of. */
export interface LineageLine {
  readonly file: string
  /** From 0. */
  readonly row: number
  readonly run: string
  /** With the SHA-256 of the text of each segment. */
  readonly rollouts: readonly { readonly id: string; readonly problemId: string; readonly textSha256: readonly string[] }[]
  readonly labels: readonly LineageLabel[]
}

export interface LineageLabel {
  readonly id: string
  readonly labeler: string
  readonly at: string
  readonly kind: string
  readonly sources: readonly string[]
  readonly rollout: string
  readonly segment: number
  /** The place in the segment's raw text in code points, `to` exclusive. */
  readonly from: number
  readonly to: number
}

export function lineageLine(file: string, row: number, origin: RowOrigin, labels: ReadonlyMap<string, Label>, rollouts: ReadonlyMap<string, RowRollout>): LineageLine {
  return {
    file, row, run: origin.run,
    rollouts: origin.rollouts.flatMap((id) => {
      const rollout = rollouts.get(id)
      return rollout === undefined ? [] : [{ id, problemId: rollout.problemId, textSha256: rollout.segments.map(({ text }) => textHash(text)) }]
    }),
    labels: origin.labels.flatMap((id) => {
      const label = labels.get(id)
      const text = label && rollouts.get(label.rollout)?.segments[label.anchor.segment]?.text
      return label === undefined || text === undefined ? [] : [lineageLabel(label, text)]
    })
  }
}

function lineageLabel(label: Label, text: string): LineageLabel {
  const { id, labeler, at, opinion, rollout, anchor } = label
  return { id, labeler, at, kind: opinion.kind, sources: sourceNames(label), rollout, segment: anchor.segment, ...codePointSpan(text, anchor.from, anchor.to) }
}
