/**
 * Worked examples as they were published: the data, the figure in print, and the exact value that follows from the data, which the
 * figure in print rounds.
 */
import { UNWEIGHTED } from './cohenKappa.ts'
import type { DisagreementWeight } from './cohenKappa.ts'
import { alphaForm } from './krippendorffAlpha.ts'
import type { Level, Unit } from './krippendorffAlpha.ts'
import { sumOf } from './tally.ts'

export const LINEAR: DisagreementWeight = (first, second) => Math.abs(first - second)
export const QUADRATIC: DisagreementWeight = (first, second) => (first - second) ** 2

/** α of all units together. */
export function krippendorffAlpha(units: readonly Unit[], level: Level): number | null {
  const form = alphaForm(units, level)
  return form.alpha(sumOf([form.tally(units)], form.size))
}

export interface KappaExample {
  readonly source: string
  /** Flat, rows the first rater. */
  readonly table: readonly number[]
  readonly categories: number
  readonly weight: DisagreementWeight
  readonly printed: string
  readonly exact: number
}

/** Diagnoses of 200 patients by two judges: Cohen 1960, table 2; with weights, Cohen 1968, and Fleiss, Cohen & Everitt 1969. */
const DIAGNOSES = [88, 14, 18, 10, 40, 10, 2, 6, 12]
const COHENS_WEIGHTS = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
/** Two radiologists' readings of 85 xeromammograms: Boyd et al. 1982, as the Stata manual works them, [R] kappa, example 2. */
const XEROMAMMOGRAMS = [21, 12, 0, 0, 4, 17, 1, 0, 3, 9, 15, 2, 0, 0, 0, 1]

export const KAPPA_EXAMPLES: readonly KappaExample[] = [
  { source: 'Cohen 1960, table 2', table: DIAGNOSES, categories: 3, weight: UNWEIGHTED, printed: '0.492', exact: 29 / 59 },
  { source: 'Cohen 1968; Fleiss, Cohen & Everitt 1969', table: DIAGNOSES, categories: 3, weight: (i, j) => COHENS_WEIGHTS[i]![j]!, printed: '0.348', exact: 8 / 23 },
  { source: 'Fleiss, Levin & Paik, table 18.1', table: [75, 1, 4, 5, 4, 1, 0, 0, 10], categories: 3, weight: UNWEIGHTED, printed: '0.68', exact: 23 / 34 },
  { source: 'Stata [R] kappa, example 2', table: XEROMAMMOGRAMS, categories: 4, weight: UNWEIGHTED, printed: '0.4728', exact: 139 / 294 },
  { source: 'Stata [R] kappa, example 2, weights w', table: XEROMAMMOGRAMS, categories: 4, weight: LINEAR, printed: '0.5684', exact: 1903 / 3348 }
]

export interface AlphaExample {
  readonly source: string
  readonly units: readonly Unit[]
  readonly level: Level
  readonly printed: string
  readonly exact: number
}

/** Ratings of one observer a row, `.` = missing, as units. */
function unitsOf(...observers: readonly string[]): Unit[] {
  const rows = observers.map((row) => row.split(' '))
  return rows[0]!.map((_, i) => rows.flatMap((row) => (row[i] === '.' ? [] : ['abcde'.includes(row[i]!) ? 'abcde'.indexOf(row[i]!) : Number(row[i])])))
}

/** Krippendorff 2011: A, two observers and binary data; B, two observers and nominal data; C, four observers with missing data. */
const A = unitsOf('0 1 0 0 0 0 0 0 1 0', '1 1 1 0 0 1 0 0 0 0')
const B = unitsOf('a a b b d c c c e d d a', 'b a b b b c c c e d d d')
const C = unitsOf('1 2 3 3 2 1 4 1 2 . . .', '1 2 3 3 2 2 4 1 2 5 . 3', '. 3 3 3 2 3 4 2 2 5 1 .', '1 2 3 3 2 4 4 1 2 5 1 .')

export const ALPHA_EXAMPLES: readonly AlphaExample[] = [
  { source: 'Krippendorff 2011, A', units: A, level: 'nominal', printed: '0.095', exact: 2 / 21 },
  { source: 'Krippendorff 2011, B', units: B, level: 'nominal', printed: '0.692', exact: 155 / 224 },
  { source: 'Krippendorff 2011, C', units: C, level: 'nominal', printed: '0.743', exact: 113 / 152 },
  { source: 'Krippendorff 2011, C, ordinal', units: C, level: 'ordinal', printed: '0.815', exact: 1 - (39 * 945.5) / 199_740 },
  { source: 'Krippendorff 2011, C, interval', units: C, level: 'interval', printed: '0.849', exact: 951 / 1120 }
]
