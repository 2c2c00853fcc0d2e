import { html, svg } from 'lit'
import type { TemplateResult } from 'lit'
import { colorVariable, dashOf } from './palette.ts'

/** A short piece of a curve as it is drawn: colour and dashes. */
export function swatch(color: number, dash: number): TemplateResult {
  return html`<svg width="26" height="8" viewBox="0 0 26 8" aria-hidden="true">
    ${svg`<line x1="0" y1="4" x2="26" y2="4" stroke=${colorVariable(color)} stroke-width="2" stroke-dasharray=${dashOf(dash).join(' ')}></line>`}
  </svg>`
}
