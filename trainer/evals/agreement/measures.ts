import type { AgreementMeasure } from '../../protocol/labelViews.ts'
import type { MaybeEstimate } from './tally.ts'

/** What a measure of agreement is, for everyone who shows it. */
export interface MeasureDefinition {
  readonly title: string
  readonly definition: string
}

const INTERVAL = '95 % percentile bootstrap interval over traces.'

export const MEASURES = {
  alike: { title: 'Same opinion', definition: `Share of the items that both labelled on which they say the same; says nothing of chance. ${INTERVAL}` },
  kappa: { title: 'Cohen’s κ', definition: `1 − disagreement / disagreement by chance, chance from each one’s own shares of the categories (Cohen 1960). 1 = always alike, 0 = as by chance. ${INTERVAL}` },
  weightedKappa: {
    title: 'Cohen’s κ, quadratic weights', definition: `Cohen’s κ with disagreements counted by the square of their distance on the scale (Cohen 1968). ${INTERVAL}`
  },
  alphaNominal: { title: 'Krippendorff’s α, nominal', definition: `1 − observed / expected disagreement over all labelers and all items that two of them labelled; unlike is unlike (Krippendorff 2011). ${INTERVAL}` },
  alphaOrdinal: { title: 'Krippendorff’s α, ordinal', definition: `1 − observed / expected disagreement over all labelers and all items that two of them labelled, by squared distance of ranks (Krippendorff 2011). ${INTERVAL}` },
  alphaInterval: { title: 'Krippendorff’s α, interval', definition: `1 − observed / expected disagreement over all labelers and all items that two of them labelled, by squared difference (Krippendorff 2011). ${INTERVAL}` },
  firstErrorF1: {
    title: 'First-error F1', definition: `Harmonic mean of two shares: of the traces that the reference calls wrong, those where the same first wrong step was named; of those it calls right, those accepted (ProcessBench 2024). ${INTERVAL}`
  },
  spanF1: { title: 'Span agreement, F1', definition: `2·|A ∩ B| / (|A| + |B|) over the characters (UTF-16 units) that critiques and notes mark, in traces that both labelled. ${INTERVAL}` },
  qualityControl: { title: 'Accuracy on quality control', definition: `Share right of the labels on quality-control items whose right label is known: from a step checker, or for verdicts from the run’s verifier. ${INTERVAL} With one label a trace, and where all traces are alike, Wilson’s.` }
} as const satisfies Readonly<Record<string, MeasureDefinition>>
export type MeasureName = keyof typeof MEASURES

/** What was compared. */
export interface Comparison {
  /** `verdict`, `stepRating`, a label set’s field … */
  readonly subject: string
  readonly what: string
  readonly between: string
  readonly items: number
  /** Why there is no value, where there is none. */
  readonly undefinedBecause: string
}

export function measure(name: MeasureName, { subject, what, between, items, undefinedBecause }: Comparison, { value, low, high }: MaybeEstimate): AgreementMeasure {
  const { title, definition } = MEASURES[name]
  const shown = { measure: `${subject}/${name}`, title: `${what}: ${title}`, definition, between, value, low, high, items }
  if (value === null) return { ...shown, why: undefinedBecause }
  return low === null ? { ...shown, why: 'an interval needs two traces or more' } : shown
}
