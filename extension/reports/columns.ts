/** Rows in columns, two spaces apart; nothing is cut. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => [...(row[i] ?? '')].length)))
  return rows.map((row) => row.map((cell, i) => (i < row.length - 1 ? cell + ' '.repeat((widths[i] ?? 0) - [...cell].length) : cell)).join('  ').trimEnd()).join('\n')
}

/** A text of any length as one cell. */
export const cellOf = (text: string, longest: number): string => text.replaceAll(/\s+/g, ' ').slice(0, longest)

/** A share with its interval: `61.3 % [58.9, 63.6]`. */
export function estimate({ value, low, high }: { readonly value: number; readonly low?: number; readonly high?: number }): string {
  const shown = (share: number): string => (share * 100).toFixed(1)
  return low === undefined || high === undefined ? `${shown(value)} %` : `${shown(value)} % [${shown(low)}, ${shown(high)}]`
}
