import type { Label, Opinion } from '../../protocol/label.ts'
import { plainLine } from '../terminal/plainText.ts'

const LONGEST = 60

/** What an opinion says, on one line. */
export function opinionText(opinion: Opinion): string {
  switch (opinion.kind) {
    case 'stepRating': return typeof opinion.rating === 'string' ? opinion.rating : opinion.rating > 0 ? `+${opinion.rating}` : String(opinion.rating)
    case 'firstError': return opinion.step === null ? 'no step is wrong' : `step ${opinion.step + 1} is wrong`
    case 'verdict': return opinion.right ? 'right' : 'wrong'
    case 'critique': case 'note': case 'reply': return cut(opinion.text)
    case 'better': return `${opinion.of}: ${cut(opinion.text)}`
    case 'preference': return `${opinion.preferred} (other: ${cut(opinion.other.rollout)}) ${cut(opinion.rationale)}`.trim()
    case 'rubric': return `${cut(opinion.labelSet)} ${cut(JSON.stringify(opinion.scores))}`
    case 'flag': return cut(opinion.reason)
    case 'resolved': return opinion.resolved ? 'done with' : 'open again'
    case 'decision': return opinion.decision
    case 'completed': case 'deleted': return ''
  }
}

/** Cells of one label: rollout, step, kind, what it says, who, source, when. */
export function labelCells({ rollout, anchor, opinion, labeler, source, draft, resolved, replies, createdAt }: Label): string[] {
  const marks = [draft ? 'draft' : '', resolved ? 'resolved' : '', replies.length > 0 ? `${replies.length} replies` : ''].filter((mark) => mark !== '')
  return [
    plainLine(rollout), anchor.step === undefined ? '' : String(anchor.step + 1), opinion.kind, [opinionText(opinion), ...marks].join(' · '),
    plainLine(labeler), source.kind, createdAt.slice(0, 16).replace('T', ' ')
  ]
}

const cut = (text: string): string => {
  const line = plainLine(text)
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line
}
