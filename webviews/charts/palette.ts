/** Chart colours of the theme, in the order in which curves take them. */
const COLOR_VARIABLES = [
  '--vscode-charts-blue', '--vscode-charts-orange', '--vscode-charts-green', '--vscode-charts-purple', '--vscode-charts-red', '--vscode-charts-yellow'
] as const

/** Dash patterns in CSS pixels, so that curves differ without their colour. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [8, 3, 2, 3], [12, 4], [2, 5]]

export const dashOf = (index: number): readonly number[] => DASHES[index % DASHES.length]!

/** CSS colour of a curve, for SVG: as the canvas draws it, once `publishPalette` was called. */
export const colorVariable = (index: number): string => `var(--lab-curve-${index % COLOR_VARIABLES.length}, var(--vscode-foreground))`

/** Colours of curves for style sheets of the whole page. */
export function publishPalette(palette: Palette): void {
  COLOR_VARIABLES.forEach((_, index) => document.body.style.setProperty(`--lab-curve-${index}`, palette.color(index)))
}

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
  const background = variable('--vscode-editor-background')
  const colors = COLOR_VARIABLES.map((name) => legible(variable(name) || foreground, background, foreground))
  return {
    color: (index, alpha = 1) => withAlpha(colors[index % colors.length]!, alpha),
    foreground,
    grid: withAlpha(foreground, 0.15),
    background,
    font: `11px ${variable('--vscode-font-family') || 'sans-serif'}`
  }
}

/** WCAG's least contrast of graphics against what lies behind them. */
const LEAST_CONTRAST = 3
const MIXING_STEPS = 20

/**
 * The colour as it stands out from the background: less translucent, and then mixed with the foreground, as far as that takes; as it
 * is where one of the colours cannot be read.
 */
export function legible(color: string, background: string, foreground: string): string {
  const [own, behind, text] = [color, background, foreground].map((one) => hexParts(one) ?? rgbParts(one))
  if (!own || !behind || !text) return color
  const shares = Array.from({ length: MIXING_STEPS + 1 }, (_, step) => step / MIXING_STEPS)
  const candidates = [...shares.map((share) => mixed(behind, own, own[3]! + (1 - own[3]!) * share)), ...shares.map((share) => mixed(own, text, share))]
  const found = candidates.find((candidate) => contrast(candidate, behind) >= LEAST_CONTRAST)
  return found ? `rgb(${found.map(Math.round).join(', ')})` : foreground
}

const mixed = (from: readonly number[], to: readonly number[], share: number): number[] => [0, 1, 2].map((i) => from[i]! * (1 - share) + to[i]! * share)

/** Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2). */
function contrast(a: readonly number[], b: readonly number[]): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(color: readonly number[]): number {
  const [red, green, blue] = color.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
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
