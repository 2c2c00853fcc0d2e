import type { Label, LabelSource, Opinion, OrphanReason } from '../../trainer/protocol/label.ts'
import { visibleLine } from '../protocol/visibleText.ts'

const RATING_WORDS = { '-1': '− bad', '0': '0 okay', '1': '+ great', unsure: '? unsure' } as const
const PREFERRED = { this: 'better than the other', other: 'worse than the other', equal: 'as good as the other' } as const

/** An opinion in a few words; text of people and models is cut. */
export function opinionWords(opinion: Opinion, length = 200): string {
  switch (opinion.kind) {
    case 'stepRating': return RATING_WORDS[`${opinion.rating}`]
    case 'firstError': return opinion.step === null ? 'no step is wrong' : `first wrong step: ${opinion.step + 1}`
    case 'verdict': return opinion.right ? '✓ right' : '✗ wrong'
    case 'critique': case 'note': case 'reply': return visibleLine(opinion.text, length)
    case 'better': return `better ${opinion.of}: ${visibleLine(opinion.text, length)}`
    case 'preference': return `${PREFERRED[opinion.preferred]}${opinion.rationale === '' ? '' : `: ${visibleLine(opinion.rationale, length)}`}`
    case 'rubric': return `${visibleLine(opinion.labelSet, 40)}: ${Object.entries(opinion.scores).map(([name, value]) => `${visibleLine(name, 40)} ${visibleLine(String(value), 60)}`).join(', ')}`
    case 'flag': return `⚑ flagged${opinion.reason === '' ? '' : `: ${visibleLine(opinion.reason, length)}`}`
    case 'completed': return 'completed'
    default: return ''
  }
}

/** Where an opinion comes from; people by their name. */
export function sourceWords({ source, labeler }: Pick<Label, 'source' | 'labeler'>): string {
  return source.kind === 'human' ? visibleLine(labeler, 40) : kindWords(source)
}

const ORPHANED: Readonly<Record<OrphanReason, string>> = {
  rolloutGone: 'its rollout is gone', textChanged: 'it was given for another text', outOfText: 'its place is outside of the text', segmentGone: 'its segment is gone'
}

/** What a reader must know of a label besides what it says. */
export function remarksOn(label: Label): readonly string[] {
  return [
    ...(label.draft ? [label.decision === 'rejected' ? 'rejected draft' : 'draft, not a label'] : []),
    ...(label.orphaned ? [`orphaned: ${ORPHANED[label.orphaned]}`] : []),
    ...(label.suggestedBy ? [`${label.suggestedBy.how} from ${label.suggestedBy.source.kind === 'human' ? 'a person' : kindWords(label.suggestedBy.source)}`] : []),
    ...(label.qualityControl ? ['quality control'] : []), ...(label.blind ? ['blind'] : []), ...(label.resolved ? ['resolved'] : []), ...(label.editedAt === undefined ? [] : ['edited'])
  ]
}

function kindWords(source: Exclude<LabelSource, { kind: 'human' }>): string {
  switch (source.kind) {
    case 'checker': return `step checker ${visibleLine(source.name, 40)}`
    case 'model': return `model ${visibleLine(source.model, 60)} (${visibleLine(source.provider, 40)})`
    case 'scripted': return `scripted ${visibleLine(source.name, 40)}`
    case 'imported': return `imported from ${visibleLine(source.file, 80)}`
  }
}
