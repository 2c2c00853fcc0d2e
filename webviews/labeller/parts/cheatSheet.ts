import { html } from 'lit'
import { KEY_WORDS } from '../keyGrammar.ts'

export function cheatSheet(close: () => void) {
  return html`<dialog class="keys" aria-label="Keys" @close=${close} @click=${(event: MouseEvent) => event.target === event.currentTarget && close()}>
    <h2>Keys</h2><dl>${KEY_WORDS.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}</dl>
    <button type="button" class="tool" autofocus @click=${close}>Close</button></dialog>`
}
