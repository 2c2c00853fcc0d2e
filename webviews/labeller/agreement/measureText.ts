import type { AgreementMeasure } from '../../../trainer/protocol/labelViews.ts'

/** Two decimals, a true minus sign; an en dash where there is no number. */
const decimals = (value: number | null) => (value === null ? '–' : value.toFixed(2).replace('-', '−'))

export const valueText = ({ value }: Pick<AgreementMeasure, 'value'>): string => decimals(value)

export function intervalText({ low, high }: Pick<AgreementMeasure, 'low' | 'high'>): string {
  return low === null || high === null ? '–' : `${decimals(low)} to ${decimals(high)}`
}
