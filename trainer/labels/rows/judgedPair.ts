import type { Label } from '../../protocol/label.ts'
import type { RowWithOrigin } from '../../protocol/labelRows.ts'
import { orphanReason } from '../anchors/checkAnchor.ts'
import { byTime } from './admission.ts'
import { ofOneKind } from './labelSource.ts'
import type { Reason } from './leftOut.ts'
import { lastOfEach, originOf, segmentOf } from './rowMaker.ts'
import type { RowMaker } from './rowMaker.ts'
import { askedOf, promptOf } from './rowRollout.ts'
import type { RowRollout, RowSegment } from './rowRollout.ts'
import { toolOfSides } from './toolRanges.ts'
import { majority } from './vote.ts'

/** The row of all preferences on one pair of rollouts, whichever side each label stands on. */
export function judgedPair(labels: readonly Label[], maker: RowMaker): RowWithOrigin<'preferences'>[] {
  const sound = labels.filter((label) => {
    const reason = pairFault(label, maker)
    if (reason !== undefined) maker.leftOut.add('preferences', reason, [label])
    return reason === undefined
  })
  const { used, otherSource } = ofOneKind(sound)
  // Those of one labeler may stand on either side.
  const { last, overruled } = lastOfEach([...used].sort(byTime), ({ labeler }) => labeler)
  maker.leftOut.add('preferences', 'otherSource', otherSource)
  maker.leftOut.add('preferences', 'overruled', overruled)
  const chosen = majority(last.map(preferredRollout), maker.minimumAgreement)
  if (chosen === undefined || chosen === EQUAL) {
    maker.leftOut.add('preferences', chosen === EQUAL ? 'noPreference' : 'disagreement', last)
    return []
  }
  maker.leftOut.add('preferences', 'outvoted', last.filter((label) => preferredRollout(label) !== chosen))
  return [rowOf(last.filter((label) => preferredRollout(label) === chosen), maker)]
}

const EQUAL = ''

/** Id of the rollout that the labeler prefers. */
function preferredRollout({ rollout, opinion }: Label): string {
  if (opinion.kind !== 'preference' || opinion.preferred === 'equal') return EQUAL
  return opinion.preferred === 'this' ? rollout : opinion.other.rollout
}

function otherOf({ opinion }: Label, { rollouts }: RowMaker): RowRollout | undefined {
  return opinion.kind === 'preference' ? rollouts.get(opinion.other.rollout) : undefined
}

/** The label's own side was looked at when it was admitted. */
function pairFault(label: Label, maker: RowMaker): Reason | undefined {
  const rollout = maker.rollouts.get(label.rollout)!
  const other = otherOf(label, maker)
  const orphaned = orphanReason(label, rollout, other ?? null)
  if (orphaned !== undefined) return orphaned === 'rolloutGone' ? 'otherGone' : 'otherChanged'
  if (other!.kind === 'evaluation' && !maker.includeHeldOut) return 'heldOut'
  const [mine, theirs] = sidesOf(label, maker)
  if (promptOf(mine, '') !== promptOf(theirs, '')) return 'promptsDiffer'
  return mine.text === theirs.text ? 'sameText' : undefined
}

function sidesOf(label: Label, maker: RowMaker): readonly [RowSegment, RowSegment] {
  return [segmentOf(maker, label), otherOf(label, maker)!.segments[0]!]
}

function rowOf(winners: readonly Label[], maker: RowMaker): RowWithOrigin<'preferences'> {
  const label = winners[0]!
  const [mine, theirs] = sidesOf(label, maker)
  const [chosen, rejected] = preferredRollout(label) === label.rollout ? [mine, theirs] : [theirs, mine]
  const rationale = winners.map(({ opinion }) => (opinion.kind === 'preference' ? opinion.rationale : '')).find((text) => text !== '')
  const sides = { chosen: chosen.text, rejected: rejected.text, ...toolOfSides(chosen, rejected) }
  const row = { ...askedOf(chosen, maker.joint), ...sides, ...(rationale === undefined ? {} : { rationale }) }
  return { row, origin: originOf(maker, winners, [label.rollout, otherOf(label, maker)!.id]) }
}
