import { displayWidth, padEnd, padStart } from './width.ts'

/** Rows with aligned columns: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[], indent = '  '): string {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => displayWidth(row[i] ?? ''))))
  return rows.map((row) => indent + row.map((cell, i) => (i === 0 ? padEnd : padStart)(cell, widths[i]!)).join('  ').trimEnd()).join('\n')
}

/** Rows with aligned columns, all to the left. */
export function listing(rows: readonly (readonly string[])[], indent = '  '): string {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, i) => rows.reduce((width, row) => Math.max(width, displayWidth(row[i] ?? '')), 0))
  return rows.map((row) => indent + row.map((cell, i) => padEnd(cell, widths[i]!)).join('  ').trimEnd()).join('\n')
}

/** Two columns, both to the left. */
export function definitions(rows: readonly (readonly [string, string])[], indent = '  '): string {
  const width = Math.max(0, ...rows.map(([term]) => displayWidth(term)))
  return rows.map(([term, text]) => `${indent}${padEnd(term, width)}  ${text}`.trimEnd()).join('\n')
}
