import type { LabelRecord } from '../../protocol/label.ts'

export type ShareStrings = (record: LabelRecord) => LabelRecord

const HUMAN = { kind: 'human' } as const

/** Lets records share the texts that most of them have in common: a hundred thousand labels speak of a few thousand rollouts. */
export function sharedStrings(): ShareStrings {
  const known = new Map<string, string>()
  const share = (text: string): string => {
    const found = known.get(text)
    if (found === undefined) known.set(text, text)
    return found ?? text
  }
  return (record) => ({
    ...record,
    labeler: share(record.labeler), run: share(record.run), rollout: share(record.rollout), problemId: share(record.problemId),
    anchor: { ...record.anchor, textHash: share(record.anchor.textHash) },
    source: record.source.kind === 'human' ? HUMAN : record.source
  })
}
