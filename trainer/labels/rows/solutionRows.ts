import type { Label } from '../../protocol/label.ts'
import type { RowWithOrigin } from '../../protocol/labelRows.ts'
import type { AdmittedLabels } from './admission.ts'
import { ofOneKind } from './labelSource.ts'
import { groupBy, lastOfEach, originOf, placeKey, segmentOf } from './rowMaker.ts'
import type { RowMaker } from './rowMaker.ts'
import { askedOf } from './rowRollout.ts'
import { toolRanges } from './toolRanges.ts'
import { majority } from './vote.ts'

/** Traces to imitate: those that were judged right, and those that labelers wrote. */
export function solutionRows({ solutions }: AdmittedLabels, maker: RowMaker): RowWithOrigin<'solutions'>[] {
  return groupBy(solutions, placeKey).flatMap((group) => [
    ...acceptedTrace(group.filter(({ opinion }) => opinion.kind === 'verdict'), maker),
    ...group.flatMap((label) => writtenTrace(label, maker))
  ])
}

const saysRight = ({ opinion }: Label): boolean => opinion.kind === 'verdict' && opinion.right

function acceptedTrace(verdicts: readonly Label[], maker: RowMaker): RowWithOrigin<'solutions'>[] {
  const { used, otherSource } = ofOneKind(verdicts)
  const { last, overruled } = lastOfEach(used, ({ labeler }) => labeler)
  maker.leftOut.add('solutions', 'otherSource', otherSource)
  maker.leftOut.add('solutions', 'overruled', overruled)
  const right = majority(last.map(saysRight), maker.minimumAgreement)
  if (right === undefined) {
    maker.leftOut.add('solutions', 'disagreement', last)
    return []
  }
  const winners = last.filter((label) => saysRight(label) === right)
  maker.leftOut.add('solutions', 'outvoted', last.filter((label) => saysRight(label) !== right))
  const segment = segmentOf(maker, winners[0]!)
  const refused = right ? (segment.text === '' ? 'empty' : undefined) : 'wrong'
  if (refused !== undefined) {
    maker.leftOut.add('solutions', refused, winners)
    return []
  }
  const tool = toolRanges(segment)
  return [{ row: { ...askedOf(segment, maker.joint), completion: segment.text, ...(tool && { tool }) }, origin: originOf(maker, winners) }]
}

function writtenTrace(label: Label, maker: RowMaker): RowWithOrigin<'solutions'>[] {
  if (label.opinion.kind !== 'better') return []
  return [{ row: { ...askedOf(segmentOf(maker, label), maker.joint), completion: label.opinion.text }, origin: originOf(maker, [label]) }]
}
