import { css, html, LitElement, nothing } from 'lit'
import type { SearchHit } from '../../../trainer/protocol/rolloutViews.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { visibleText } from '../../protocol/visibleText.ts'
import type { SearchState } from '../inspectorModel.ts'
import { hitsFound, rowsSearched } from './searchWords.ts'

/** What a search found so far. Fires `openhit` with the hit, and `endsearch`. */
export class SearchHits extends LitElement {
  static override properties = { search: { attribute: false }, total: { type: Number } }
  static override styles = [
    sharedStyles,
    css`
      :host { display: flex; flex-direction: column; max-height: 38%; min-height: 60px; border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, currentColor)); }
      .head { display: flex; gap: 8px; align-items: center; padding: 2px 10px; }
      .head span { flex: 1; }
      ul { margin: 0; padding: 0; overflow-y: auto; list-style: none; }
      li button {
        display: block; width: 100%; padding: 1px 10px; border: 0; background: none; color: inherit; font-family: var(--vscode-editor-font-family); font-size: 0.92em;
        text-align: left; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; cursor: pointer;
      }
      li button:hover { background: var(--vscode-list-hoverBackground); }
      mark { background: var(--vscode-editor-findMatchHighlightBackground); color: inherit; outline: 1px solid var(--vscode-editor-findMatchHighlightBorder, transparent); }
    `
  ]

  declare search: SearchState
  declare total: number

  override render() {
    const { hits, error, text } = this.search
    return html`<div class="head"><span role="status">${hitsFound(this.search)} for “${visibleText(text.slice(0, 60))}” <span class="faint">${rowsSearched(this.search, this.total)}</span>${error ? html` <span class="faint">${visibleText(error.message)} ${visibleText(error.remedy)}</span>` : nothing}</span>
        <button type="button" class="icon-button" aria-label="End the search" @click=${() => this.dispatchEvent(new CustomEvent('endsearch'))}>×</button></div>
      <ul>${hits.map((hit) => this.#hit(hit))}</ul>`
  }

  #hit(hit: SearchHit) {
    const open = () => this.dispatchEvent(new CustomEvent<SearchHit>('openhit', { detail: hit }))
    return html`<li><button type="button" title=${visibleText(hit.id.slice(0, 120))} @click=${open}><span class="faint">${hit.at < 0 ? 'prompt ' : ''}${visibleText(hit.before.slice(-24).replace(/\s+/g, ' '))}</span><mark>${visibleText(hit.match)}</mark>${visibleText(hit.after.replace(/\s+/g, ' '))}</button></li>`
  }
}

if (!customElements.get('lab-search-hits')) customElements.define('lab-search-hits', SearchHits)
