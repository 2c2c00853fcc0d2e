import { html, nothing } from 'lit'
import type { ViewError } from '../../connection/viewError.ts'
import { visibleText } from '../../protocol/visibleText.ts'

/** What went wrong, where, what to do, and the way to try again. */
export function errorBox(error: ViewError, retry: () => void) {
  return html`<div class="notice" role="alert"><div><b>${visibleText(error.message.slice(0, 2000))}</b></div>
    ${error.place === undefined ? nothing : html`<div class="faint">${visibleText(error.place.slice(0, 1000))}</div>`}
    <div>${visibleText(error.remedy.slice(0, 1000))}</div><button type="button" class="link" @click=${retry}>Try again</button></div>`
}
