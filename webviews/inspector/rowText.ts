/** Words and numbers of rows, the same in every part of the inspector. */
export const verdictWord = (correct: boolean | null) => (correct === null ? 'not scorable' : correct ? 'right' : 'wrong')
export const verdictSign = (correct: boolean | null) => (correct === null ? '–' : correct ? '✓' : '✗')
export const verdictClass = (correct: boolean | null) => (correct === null ? 'unknown' : correct ? 'right' : 'wrong')

export const keptWord = (kept: boolean) => (kept ? 'kept' : 'dropped')

/** Three significant digits; an en dash where there is no number. */
export function numberText(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (value === 0) return '0'
  return Math.abs(value) >= 1000 || Number.isInteger(value) ? countText(Math.round(value)) : String(Number(value.toPrecision(3))).replace('-', '−')
}

export const signedText = (value: number | null | undefined) => (typeof value === 'number' && value > 0 ? `+${numberText(value)}` : numberText(value))

/** Two decimals, for columns of numbers that are read against each other. */
export function fixedText(value: number | null): string {
  if (value === null) return '–'
  return Math.abs(value) >= 1000 ? numberText(value) : value.toFixed(2).replace('-', '−')
}

export const signedFixedText = (value: number | null) => (value !== null && value > 0 ? `+${fixedText(value)}` : fixedText(value))

const counts = new Intl.NumberFormat('en')
export const countText = (value: number) => counts.format(value)

/** A count with its unit: `1 token`, `2,000 tokens`. */
export const unitsText = (value: number, unit: string) => `${countText(value)} ${unit}${value === 1 ? '' : 's'}`
