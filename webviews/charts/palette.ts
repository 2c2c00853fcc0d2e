/** Chart colours of the theme, in the order in which curves take them. */
const COLOR_VARIABLES = [
  '--vscode-charts-blue', '--vscode-charts-orange', '--vscode-charts-green', '--vscode-charts-purple', '--vscode-charts-red', '--vscode-charts-yellow'
] as const

/** Dash patterns in CSS pixels, so that curves differ without their colour. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [8, 3, 2, 3], [12, 4], [2, 5]]

export const dashOf = (index: number): readonly number[] => DASHES[index % DASHES.length]!

/** CSS colour of a curve, for SVG and style sheets. */
export const colorVariable = (index: number): string => `var(${COLOR_VARIABLES[index % COLOR_VARIABLES.length]!}, var(--vscode-foreground))`

/** Resolved colours for a canvas, which knows no variables. */
export interface Palette {
  color(index: number, alpha?: number): string
  readonly foreground: string
  readonly grid: string
  readonly background: string
  readonly font: string
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  const variable = (name: string): string => style.getPropertyValue(name).trim()
  const foreground = variable('--vscode-charts-foreground') || variable('--vscode-foreground')
  return {
    color: (index, alpha = 1) => withAlpha(variable(COLOR_VARIABLES[index % COLOR_VARIABLES.length]!) || foreground, alpha),
    foreground,
    grid: withAlpha(foreground, 0.15),
    background: variable('--vscode-editor-background'),
    font: `11px ${variable('--vscode-font-family') || 'sans-serif'}`
  }
}

/** A CSS colour in hexadecimal or rgb() notation with its opacity multiplied by `alpha`; others as they are. */
export function withAlpha(color: string, alpha: number): string {
  if (alpha >= 1) return color
  const parts = hexParts(color) ?? rgbParts(color)
  return parts ? `rgba(${parts[0]}, ${parts[1]}, ${parts[2]}, ${parts[3]! * alpha})` : color
}

function hexParts(color: string): number[] | undefined {
  const digits = /^#([0-9a-f]{3,8})$/i.exec(color)?.[1]
  if (!digits || digits.length === 5 || digits.length === 7) return undefined
  const long = digits.length < 6 ? [...digits].map((digit) => digit + digit).join('') : digits
  const parts = [0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16))
  return [...parts, long.length === 8 ? parseInt(long.slice(6), 16) / 255 : 1]
}

function rgbParts(color: string): number[] | undefined {
  const inside = /^rgba?\(([^)]+)\)$/i.exec(color)?.[1]
  const parts = inside?.split(/[\s,/]+/).filter(Boolean).map((part) => (part.endsWith('%') ? Number(part.slice(0, -1)) / 100 : Number(part)))
  return parts && parts.length >= 3 && parts.every(Number.isFinite) ? [parts[0]!, parts[1]!, parts[2]!, parts[3] ?? 1] : undefined
}
