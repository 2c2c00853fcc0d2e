import { html } from 'lit'
import { PHASE_TWO, RATINGS } from '../judging/rating.ts'

/** What the ratings mean, at hand while one rates. */
export function definitions() {
  return html`<details class="definitions" open><summary>What the ratings mean</summary>
    <dl>${RATINGS.map(({ key, name, definition }) => html`<dt><kbd>${key}</kbd> ${name}</dt><dd>${definition}</dd>`)}</dl>
    <p class="faint">${PHASE_TWO} <cite>PRM800K</cite>’s definitions (Lightman et al., 2023).</p></details>`
}
