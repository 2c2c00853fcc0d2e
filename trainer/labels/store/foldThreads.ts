import type { Label } from '../../protocol/label.ts'
import { chainEnds } from './chainEnds.ts'
import { grouped } from './grouped.ts'
import { byCreation } from './labelOrder.ts'

/**
 * Puts replies beneath what they reply to, oldest first; replies to replies stand in the same row. Of a thread whose
 * beginning is gone, the oldest reply is the beginning. `firstIds`: first id of a label by the id of any version.
 */
export function foldThreads(labels: readonly Label[], firstIds: ReadonlyMap<string, string>): Label[] {
  const byFirstId = new Map(labels.map((label) => [label.firstId, label]))
  const repliesTo = (id: string): string | undefined => {
    const opinion = byFirstId.get(id)?.opinion
    return opinion?.kind === 'reply' ? (firstIds.get(opinion.to) ?? opinion.to) : undefined
  }
  const heads = chainEnds(byFirstId.keys(), repliesTo)
  return [...grouped(labels, ({ firstId }) => heads.get(firstId)!)].map(([head, row]) => thread(head, row)).sort(byCreation)
}

function thread(head: string, row: Label[]): Label {
  const sorted = row.sort(byCreation)
  const beginning = sorted.find(({ firstId }) => firstId === head) ?? sorted[0]!
  return sorted.length === 1 ? beginning : { ...beginning, replies: sorted.filter((label) => label !== beginning) }
}
