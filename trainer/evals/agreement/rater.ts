import type { Label, LabelSource } from '../../protocol/label.ts'

/** Somebody whose opinions are compared with those of others. */
export interface Rater {
  /** What people see; the same for all labels of one rater. */
  readonly name: string
  readonly kind: LabelSource['kind']
}

/**
 * Whom a label is the opinion of. What came of a draft is never the labeler's own: it stands apart, with the draft's source. Where
 * a checker was overruled, what is left is a person's opinion, which is no truth to measure others by.
 */
export function raterOf({ labeler, source, suggestedBy }: Pick<Label, 'labeler' | 'source' | 'suggestedBy'>): Rater {
  if (suggestedBy?.source.kind === 'checker' && suggestedBy.how === 'edited') return { name: `${labeler} correcting ${nameOf(suggestedBy.source, labeler)}`, kind: source.kind }
  if (suggestedBy !== undefined && suggestedBy.source.kind !== 'human') return { name: `${labeler} with ${nameOf(suggestedBy.source, labeler)}`, kind: suggestedBy.source.kind }
  return { name: nameOf(source, labeler), kind: source.kind }
}

/** Of a draft, what it is called in counts of what became of drafts. */
export function nameOf(source: LabelSource, labeler: string): string {
  switch (source.kind) {
    case 'human': return labeler
    case 'checker': return `${source.name} (checker)`
    case 'model': return `${source.model} (${source.provider})`
    case 'scripted': return `${labeler} (scripted)`
    case 'imported': return `${labeler} (${source.format})`
  }
}

const TRUST: Readonly<Record<LabelSource['kind'], number>> = { checker: 3, human: 2, imported: 1, scripted: 1, model: 0 }

/** Which of two is the reference for the other: a checker for people, people for models; `both` where neither is. */
export function reference(first: Rater, second: Rater): 'first' | 'second' | 'both' {
  const difference = TRUST[first.kind] - TRUST[second.kind]
  return difference > 0 ? 'first' : difference < 0 ? 'second' : 'both'
}
