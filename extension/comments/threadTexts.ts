import type { Label, LabelSource, OrphanReason } from '../../trainer/protocol/label.ts'
import { editedFrom } from '../../trainer/protocol/suggestedBy.ts'
import { plainLine, plainText } from '../plainText.ts'
import type { Saying } from '../traces/newRecord.ts'

const LONGEST_HEADING = 120

/** Whether people discuss this label: it has a text. What is only a mark stands in the gutter. */
export function isDiscussed({ opinion, decision, draft }: Label): boolean {
  if (draft && decision !== undefined) return false
  switch (opinion.kind) {
    case 'critique': case 'note': case 'better': case 'reply': return true
    case 'flag': return opinion.reason !== ''
    case 'preference': return opinion.rationale !== ''
    default: return false
  }
}

/** The label's text, word for word. */
export function textOf({ opinion }: Pick<Label, 'opinion'>): string {
  switch (opinion.kind) {
    case 'critique': case 'note': case 'better': case 'reply': return opinion.text
    case 'flag': return opinion.reason
    case 'preference': return opinion.rationale
    default: return ''
  }
}

/** The same label with another text; undefined where its kind has none. */
export function withText({ opinion }: Pick<Label, 'opinion'>, text: string): Label['opinion'] | undefined {
  switch (opinion.kind) {
    case 'critique': case 'note': case 'better': case 'reply': return { ...opinion, text }
    case 'flag': return { ...opinion, reason: text }
    case 'preference': return { ...opinion, rationale: text }
    default: return undefined
  }
}

/** The label with another text, as the record that takes its place; undefined where nothing changed. What came of a draft stays marked as such. */
export function editOf(label: Label, text: string): Saying | undefined {
  const opinion = withText(label, text)
  if (!opinion || text === textOf(label)) return undefined
  const suggestedBy = editedFrom(label, opinion)
  return { opinion, anchor: label.anchor, replaces: label.id, ...(suggestedBy && { suggestedBy }) }
}

/** Shown as it is, but for what would hide or turn round: VS Code gets a plain string, never Markdown. */
export const shownText = (label: Pick<Label, 'opinion'>): string => plainText(textOf(label))

/** `Critique of step 3`, `Better answer`, … */
export function headingOf({ opinion, anchor }: Pick<Label, 'opinion' | 'anchor'>): string {
  const of = anchor.step === undefined ? '' : ` of step ${anchor.step + 1}`
  switch (opinion.kind) {
    case 'critique': return `Critique${of}`
    case 'note': return `Note${of.replace('of', 'on')}`
    case 'better': return opinion.of === 'step' ? `Better step${anchor.step === undefined ? '' : ` ${anchor.step + 1}`}` : `Better ${opinion.of}`
    case 'flag': return 'Flag'
    case 'preference': return plainLine(`Preference ${preferred(opinion.preferred)} ${opinion.other.rollout}`, LONGEST_HEADING)
    default: return 'Comment'
  }
}

const preferred = (which: 'this' | 'other' | 'equal'): string => ({ this: 'over', other: 'below', equal: 'equal to' })[which]

/** Name beside a comment: a model or checker under its own name, never as a person. */
export function authorOf({ labeler, source }: Pick<Label, 'labeler' | 'source'>): string {
  return source.kind === 'human' ? plainLine(labeler, 40) : sourceOf(source)
}

export function sourceOf(source: LabelSource): string {
  switch (source.kind) {
    case 'human': return 'human'
    case 'checker': return plainLine(`checker ${source.name}`, 60)
    case 'model': return plainLine(`${source.model} (${source.provider})`, 60)
    case 'scripted': return plainLine(`scripted ${source.name}`, 60)
    case 'imported': return plainLine(`imported, ${source.format}`, 60)
  }
}

const ORPHANED: Readonly<Record<OrphanReason, string>> = {
  rolloutGone: 'its rollout is gone', textChanged: 'written for another text', outOfText: 'its place is outside of the text', segmentGone: 'its completion is gone'
}

/** What a reader must know of a comment besides its text; empty where there is nothing. */
export function remarkOf(label: Label): string {
  const remarks = [
    ...(label.draft ? ['Draft, not a label'] : []),
    ...(label.orphaned ? [`Orphaned: ${ORPHANED[label.orphaned]}`] : []),
    ...(label.suggestedBy ? [`${label.suggestedBy.how} from ${sourceOf(label.suggestedBy.source)}`] : []),
    ...(label.editedAt === undefined ? [] : ['edited'])
  ]
  return remarks.join(' · ')
}

/** Words that the menus of a comment are chosen by. */
export function commentContext(label: Label, labeler: string): string {
  if (label.draft) return 'draft'
  return label.labeler === labeler && label.source.kind === 'human' ? 'mine' : 'others'
}

/** Words that the menus of a thread are chosen by. */
export const threadContext = (label: Label): string => (label.draft ? 'draft' : label.resolved ? 'resolved' : 'open')
