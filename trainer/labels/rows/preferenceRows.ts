import type { Label } from '../../protocol/label.ts'
import type { PreferenceRow, RowWithOrigin } from '../../protocol/labelRows.ts'
import type { AdmittedLabels } from './admission.ts'
import { betterPair } from './betterPair.ts'
import { judgedPair } from './judgedPair.ts'
import { groupBy, originOf } from './rowMaker.ts'
import type { RowMaker } from './rowMaker.ts'

/** Pairs that labelers judged, and what a labeler wrote against what stood there. */
export function preferenceRows({ preferences }: AdmittedLabels, maker: RowMaker): RowWithOrigin<'preferences'>[] {
  const judged = preferences.filter(({ opinion }) => opinion.kind === 'preference')
  return [...groupBy(judged, pairKey).flatMap((pair) => judgedPair(pair, maker)), ...preferences.flatMap((label) => written(label, maker))]
}

/** The same for both orders of a pair. */
function pairKey({ rollout, anchor, opinion }: Label): string {
  const sides = [[rollout, anchor.segment], [opinion.kind === 'preference' ? opinion.other.rollout : rollout, 0]].map((side) => JSON.stringify(side))
  return sides.sort().join(' ')
}

function written(label: Label, maker: RowMaker): RowWithOrigin<'preferences'>[] {
  if (label.opinion.kind !== 'better') return []
  const pair = betterPair(label, maker)
  if (typeof pair !== 'string') return [{ row: pair satisfies PreferenceRow, origin: originOf(maker, [label]) }]
  maker.leftOut.add('preferences', pair, [label])
  return []
}
