import type { Label, LabelSource, Opinion, StepRating } from '../../trainer/protocol/label.ts'

export type LabelOf<K extends Opinion['kind']> = Label & { readonly opinion: Extract<Opinion, { kind: K }> }

export const isOf = <K extends Opinion['kind']>(label: Label, kind: K): label is LabelOf<K> => label.opinion.kind === kind

/** What one labeler said of a completion: the newest of each. */
export interface OwnOpinions {
  /** By step. */
  readonly ratings: ReadonlyMap<number, LabelOf<'stepRating'>>
  readonly firstError?: LabelOf<'firstError'>
  readonly verdict?: LabelOf<'verdict'>
  readonly flag?: LabelOf<'flag'>
  readonly completed?: LabelOf<'completed'>
}

/** A person's own opinions that stand on this text; drafts and repeats to measure the labeler are none. */
export function ownOpinions(labels: readonly Label[], labeler: string, segment = 0): OwnOpinions {
  const own = labels
    .filter((label) => label.labeler === labeler && label.source.kind === 'human' && counts(label) && !label.qualityControl && label.anchor.segment === segment)
    .sort((a, b) => Date.parse(a.editedAt ?? a.at) - Date.parse(b.editedAt ?? b.at))
  const newest = <K extends Opinion['kind']>(kind: K): LabelOf<K> | undefined => own.findLast((label): label is LabelOf<K> => isOf(label, kind))
  const ratings = own.flatMap((label) => (isOf(label, 'stepRating') && label.anchor.step !== undefined ? [[label.anchor.step, label] as const] : []))
  return { ratings: new Map(ratings), ...defined({ firstError: newest('firstError'), verdict: newest('verdict'), flag: newest('flag'), completed: newest('completed') }) }
}

/** Whether a label is an opinion on this text: neither a draft nor an orphan. */
export const counts = ({ draft, orphaned }: Label): boolean => !draft && orphaned === undefined

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const defined = <T extends object>(values: T): Defined<T> => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>

/** What somebody says of a step. */
export interface StepSaying {
  readonly by: string
  readonly source: LabelSource
  readonly rating?: StepRating
  /** It is the first wrong one. */
  readonly first?: true
  readonly draft: boolean
}

/** Ratings of a step and first errors on it, of everybody; of each the newest. */
export function sayingsOfStep(labels: readonly Label[], segment: number, step: number): readonly StepSaying[] {
  const found = new Map<string, StepSaying>()
  for (const label of labels) {
    const { opinion, anchor, labeler: by, source, draft } = label
    if (label.orphaned !== undefined || label.decision !== undefined || anchor.segment !== segment) continue
    const said = { by, source, draft }
    if (opinion.kind === 'stepRating' && anchor.step === step) found.set(`rating ${by} ${source.kind} ${String(draft)}`, { ...said, rating: opinion.rating })
    if (opinion.kind === 'firstError' && opinion.step === step) found.set(`first ${by} ${source.kind} ${String(draft)}`, { ...said, first: true })
  }
  return [...found.values()]
}
