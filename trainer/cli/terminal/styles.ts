import type { Output } from '../host.ts'

type Style = (text: string) => string

/** Colours where the terminal shows them and NO_COLOR does not forbid. */
export interface Styles {
  readonly strong: Style
  readonly faint: Style
  readonly good: Style
  readonly bad: Style
}

const escape = (open: number, close: number): Style => (text) => `\u001b[${open}m${text}\u001b[${close}m`
const plain: Style = (text) => text

export function stylesFor(output: Output, env: Readonly<Record<string, string | undefined>>): Styles {
  const coloured = output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return coloured
    ? { strong: escape(1, 22), faint: escape(2, 22), good: escape(32, 39), bad: escape(31, 39) }
    : { strong: plain, faint: plain, good: plain, bad: plain }
}
