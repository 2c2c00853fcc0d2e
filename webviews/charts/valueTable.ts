import { html } from 'lit'
import type { TemplateResult } from 'lit'
import type { ChartLine, StepRange } from './chartData.ts'
import { tableSteps, valuesAt, valueText } from './description.ts'

const ROWS = 100

/** The values of a chart as a table, newest first; at most 100 steps, evenly spaced. */
export function valueTable(lines: readonly ChartLine[], range: StepRange): TemplateResult {
  const steps = tableSteps(lines, range, ROWS).reverse()
  return html`<div class="values" tabindex="0" role="region" aria-labelledby="heading">
    <table aria-labelledby="heading">
      <thead><tr><th scope="col">step</th>${lines.map((line) => html`<th scope="col">${line.label}</th>`)}</tr></thead>
      <tbody>
        ${steps.map((step) => html`<tr><th scope="row">${step}</th>${valuesAt(lines, step, true).map((value) => html`<td>${value.value === null ? '' : valueText(value)}</td>`)}</tr>`)}
      </tbody>
    </table>
  </div>`
}
