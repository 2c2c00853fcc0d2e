import type { Level } from './krippendorffAlpha.ts'
import type { Judgement, Subject, Value } from './judgements.ts'

/** How values of a subject are compared. */
export interface Scale {
  readonly level: Level
  /** In their order; pairs of raters are compared in a table over these where there are few enough. */
  readonly categories: readonly Value[]
  /** Category by its place, or the number itself (interval). */
  codeOf(value: Value): number
}

/** With more categories than this a table of two raters is nearly empty; words of so many kinds are free text. */
const MOST_CATEGORIES = 20

/** The scale of a subject's values; undefined for free text, on which agreement is not measured. */
export function scaleOf(subject: Subject, judgements: readonly Pick<Judgement, 'value'>[]): Scale | undefined {
  if (subject.kind === 'stepRating') return scale('ordinal', [-1, 0, 1])
  const values = [...new Set(judgements.map(({ value }) => value))]
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b)
  if (subject.kind === 'rubric' && numbers.length === values.length) return { level: 'interval', categories: numbers, codeOf: Number }
  if (subject.kind === 'rubric' && values.length > MOST_CATEGORIES) return undefined
  return scale('nominal', values)
}

function scale(level: Level, categories: readonly Value[]): Scale {
  const codes = new Map(categories.map((value, code) => [value, code]))
  return { level, categories, codeOf: (value) => codes.get(value) ?? 0 }
}

/** Whether two raters are compared in a table over the categories. */
export const hasTable = ({ categories }: Scale): boolean => categories.length <= MOST_CATEGORIES

/** Whether the categories have an order, so that some disagreements are larger than others. */
export const isOrdered = ({ level, categories }: Scale): boolean => level !== 'nominal' && categories.length > 2
