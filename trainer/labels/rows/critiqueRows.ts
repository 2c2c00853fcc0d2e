import type { Label } from '../../protocol/label.ts'
import type { RowWithOrigin } from '../../protocol/labelRows.ts'
import type { AdmittedLabels } from './admission.ts'
import { sourceOf } from './labelSource.ts'
import { groupBy, originOf, placeKey, segmentOf } from './rowMaker.ts'
import type { RowMaker } from './rowMaker.ts'
import { promptOf } from './rowRollout.ts'

/**
 * One row for what a labeler said of a trace: critiques in the order of the places that they stand on, one a line, with the
 * labeler's own verdict (or what the first error says) where there is one.
 */
export function critiqueRows(admitted: AdmittedLabels, maker: RowMaker): RowWithOrigin<'critiques'>[] {
  const authorKey = (label: Label): string => JSON.stringify([placeKey(label), label.labeler, sourceOf(label).kind])
  const verdicts = new Map<string, Label>()
  for (const label of [...admitted.steps.filter(({ opinion }) => opinion.kind === 'firstError'), ...admitted.solutions.filter(({ opinion }) => opinion.kind === 'verdict')]) {
    verdicts.set(authorKey(label), label)
  }
  return groupBy(admitted.critiques, authorKey).flatMap((group) => {
    const segment = segmentOf(maker, group[0]!)
    if (segment.text === '') {
      maker.leftOut.add('critiques', 'empty', group)
      return []
    }
    const inOrder = [...group].sort((a, b) => a.anchor.from - b.anchor.from || a.anchor.to - b.anchor.to)
    const verdict = verdictOf(verdicts.get(authorKey(group[0]!)))
    const critique = inOrder.map(({ opinion }) => (opinion.kind === 'critique' ? opinion.text : '')).join('\n')
    const row = { prompt: promptOf(segment, maker.joint), response: segment.text, critique, ...(verdict === undefined ? {} : { verdict }) }
    return [{ row, origin: originOf(maker, inOrder) }]
  })
}

function verdictOf(label: Label | undefined): boolean | undefined {
  if (label?.opinion.kind === 'verdict') return label.opinion.right
  return label?.opinion.kind === 'firstError' ? label.opinion.step === null : undefined
}
