import type { Label, LabelSource } from '../../protocol/label.ts'

/** Whose opinion it is at bottom: that of the draft which it came of, whoever accepted or changed it. */
export const sourceOf = (label: Pick<Label, 'source' | 'suggestedBy'>): LabelSource => label.suggestedBy?.source ?? label.source

/** Names all who had a part in an opinion, e.g. `human`, `model:vscode.lm/gpt-5`, `scripted:oracle`. */
export function sourceNames({ source, suggestedBy }: Pick<Label, 'source' | 'suggestedBy'>): string[] {
  return [...new Set([source, ...(suggestedBy ? [suggestedBy.source] : [])].map(sourceName))]
}

export function sourceName(source: LabelSource): string {
  switch (source.kind) {
    case 'human': return 'human'
    case 'checker': return `checker:${source.name}`
    case 'model': return `model:${source.provider}/${source.model}`
    case 'scripted': return `scripted:${source.name}`
    case 'imported': return `imported:${source.format}`
  }
}

/** Of opinions on one thing, those of the first kind that is there count alone. */
const PRECEDENCE: readonly LabelSource['kind'][] = ['human', 'imported', 'scripted', 'checker', 'model']

export function ofOneKind(labels: readonly Label[]): { readonly used: readonly Label[]; readonly otherSource: readonly Label[] } {
  const kind = PRECEDENCE.find((wanted) => labels.some((label) => sourceOf(label).kind === wanted))
  return { used: labels.filter((label) => sourceOf(label).kind === kind), otherSource: labels.filter((label) => sourceOf(label).kind !== kind) }
}
