import type { Label } from '../../protocol/label.ts'
import type { RowOrigin } from '../../protocol/labelRows.ts'
import { grouped } from '../store/grouped.ts'
import { sourceNames } from './labelSource.ts'
import type { LeftOutLabels } from './leftOut.ts'
import type { RowRollout, RowSegment } from './rowRollout.ts'

/** What the kinds of rows share. */
export interface RowMaker {
  readonly run: string
  readonly rollouts: ReadonlyMap<string, RowRollout>
  readonly leftOut: LeftOutLabels
  readonly minimumAgreement: number
  readonly joint: string
  readonly includeHeldOut: boolean
}

/** The segment that an admitted label stands on: admission has seen that it is there. */
export function segmentOf({ rollouts }: RowMaker, { rollout, anchor }: Label): RowSegment {
  return rollouts.get(rollout)!.segments[anchor.segment]!
}

export function originOf({ run }: RowMaker, labels: readonly Label[], others: readonly string[] = []): RowOrigin {
  return {
    run,
    rollouts: [...new Set([...labels.map(({ rollout }) => rollout), ...others])],
    labels: labels.map(({ id }) => id),
    sources: [...new Set(labels.flatMap(sourceNames))].sort()
  }
}

/** Labels with the same key, in the order of the first of each. */
export const groupBy = (labels: readonly Label[], keyOf: (label: Label) => string): Label[][] => [...grouped(labels, keyOf).values()]

/** The last opinion of each key counts; `overruled` are the earlier ones. */
export function lastOfEach(labels: readonly Label[], keyOf: (label: Label) => string): { readonly last: readonly Label[]; readonly overruled: readonly Label[] } {
  const last = new Set(groupBy(labels, keyOf).map((group) => group.at(-1)!))
  return { last: labels.filter((label) => last.has(label)), overruled: labels.filter((label) => !last.has(label)) }
}

/** Where a label stands: rollout and segment. */
export const placeKey = ({ rollout, anchor }: Label): string => JSON.stringify([rollout, anchor.segment])
