import { html, LitElement, nothing } from 'lit'
import { isGoingOn } from '../../../trainer/protocol/goingOn.ts'
import type { RolloutFilter, SearchHit, ViewInfo } from '../../../trainer/protocol/rolloutViews.ts'
import { valueOf } from '../../controls/registerControls.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { visibleLine } from '../../protocol/visibleText.ts'
import { errorBox } from '../detail/messages.ts'
import { withBrush } from '../filters/brushedWhere.ts'
import type { Brush } from '../filters/brushedWhere.ts'
import { chipsOf, withCondition } from '../filters/filterChips.ts'
import '../filters/filterPanel.ts'
import '../filters/histogram.ts'
import { namesToOffer } from '../filters/namesToOffer.ts'
import '../filters/searchHits.ts'
import type { InspectorModel } from '../inspectorModel.ts'
import { countsOf } from '../listCounts.ts'
import { countText, unitsText } from '../rowText.ts'
import { listPaneStyles } from './listPaneStyles.ts'
import './rolloutList.ts'
import type { RolloutList } from './rolloutList.ts'

/** Another list than the one that is shown. */
export type Wanted = Parameters<InspectorModel['change']>[0]

/**
 * The side with the list: text and filters, what is wrong, search hits, rows. Fires `listchange` (what is asked for), `rowopen`,
 * `rowselect`, `userscroll`, `openhit` and, where the text in the field changed, `typed`.
 */
export class ListPane extends LitElement {
  static override properties = {
    model: { attribute: false }, version: { type: Number }, selected: { type: Number }, filtersOpen: { type: Boolean }
  }
  static override styles = [sharedStyles, listPaneStyles]

  declare model: InspectorModel
  /** Raised whenever the model changed. */
  declare version: number
  declare selected: number
  declare filtersOpen: boolean

  get list(): RolloutList | null {
    return this.renderRoot.querySelector('lab-rollout-list')
  }

  focusText(): void {
    this.renderRoot.querySelector<HTMLElement>('#text')?.focus()
  }

  override render() {
    const { model } = this
    return html`${this.#textBar(model)}${this.#chips(model)}
      ${this.filtersOpen ? this.#filters(model) : nothing}
      ${this.#notices(model)}
      ${model.search ? html`<lab-search-hits .search=${model.search} .total=${model.count} @openhit=${(event: CustomEvent<SearchHit>) => this.#fire('openhit', event.detail)} @endsearch=${() => void model.find('')}></lab-search-hits>` : nothing}
      ${this.#listOrState(model)}`
  }

  #textBar(model: InspectorModel) {
    const value = () => this.renderRoot.querySelector<HTMLElement & { value: string }>('#text')?.value.trim() ?? ''
    const filter = () => {
      model.typed = undefined
      this.#change({ filter: withCondition(model.filter, 'text', value()) })
    }
    const typed = (event: Event) => {
      model.typed = valueOf(event)
      this.#fire('typed', undefined)
    }
    return html`<div class="text-bar" role="search">
      <vscode-text-field id="text" placeholder="Text of prompt or completion" aria-label="Text of prompt or completion" maxlength="1000" .value=${model.typed ?? model.filter.text ?? ''}
        @input=${typed} @keydown=${(event: KeyboardEvent) => event.key === 'Enter' && (event.shiftKey ? void model.find(valueOf(event).trim()) : filter())}></vscode-text-field>
      <vscode-button appearance="secondary" title="Only rollouts with this text (Enter)" @click=${filter}>Filter</vscode-button>
      <vscode-button appearance="secondary" title="Find the places in this list (Shift+Enter)" @click=${() => void model.find(value())}>Find</vscode-button></div>`
  }

  #chips(model: InspectorModel) {
    const chips = chipsOf(model.filter)
    if (chips.length === 0) return nothing
    return html`<div class="chips" role="group" aria-label="Active filters">${chips.map(
      (chip) => html`<button type="button" class="chip" aria-label="Remove filter: ${visibleLine(chip.label, 120)}" @click=${() => this.#change({ filter: chip.without })}>${visibleLine(chip.label, 60)} <span aria-hidden="true">×</span></button>`
    )}<button type="button" class="chip clear" @click=${() => this.#change({ filter: {} })}>Clear all</button></div>`
  }

  #filters(model: InspectorModel) {
    const { parts, environments } = namesToOffer(model.info, model.shown.details)
    return html`<div class="filters">${model.by === 'rollouts' ? html`<lab-histogram .model=${model} .view=${`${model.info?.view ?? ''} ${model.info?.generation ?? ''}`} @brush=${(event: CustomEvent<Brush>) => this.#change({ filter: withBrush(model.filter, event.detail) })}></lab-histogram>` : nothing}
      <lab-filter-panel .filter=${model.filter} .parts=${parts} .environments=${environments} @filterchange=${(event: CustomEvent<RolloutFilter>) => this.#change({ filter: event.detail })}></lab-filter-panel></div>`
  }

  #notices(model: InspectorModel) {
    const notices = model.info?.notices ?? []
    const damaged = model.runs.filter((run) => run.problem !== undefined)
    return html`
      ${model.shown.gone.length > 0 ? html`<div class="notice" role="alert"><b>The run directory was deleted or moved.</b> What is on screen stays until this view is closed. Put it back, or open the run from where it is now.</div>` : nothing}
      ${damaged.map((run) => html`<div class="notice">${visibleLine(run.name, 60)}: ${visibleLine(run.problem ?? '', 400)}</div>`)}
      ${notices.length > 0 ? html`<details class="notice"><summary>${notices.length === 1 ? 'One thing' : `${countText(notices.length)} things`} could not be read whole; the rest is shown</summary>
        <ul>${notices.slice(0, 100).map((notice) => html`<li>${visibleLine(notice.place, 200)}: ${visibleLine(notice.message, 300)} (${countText(notice.count)})</li>`)}</ul></details>` : nothing}
      ${model.error && model.info ? errorBox(model.error, () => void model.open()) : nothing}
      ${model.behind && !model.follow ? html`<div class="newer"><button type="button" class="link" @click=${() => void model.open()}>More was recorded: show it</button></div>` : nothing}`
  }

  #listOrState(model: InspectorModel) {
    if (!model.info) return model.error ? errorBox(model.error, () => void model.open()) : html`<div class="empty" role="status">Reading the run…</div>`
    if (model.count === 0 && !model.loading) return html`<div class="empty">${this.#emptyWords(model, model.info)}</div>`
    return html`<lab-rollout-list .model=${model} .version=${this.version} .selected=${this.selected} aria-busy=${model.loading} @listchange=${(event: CustomEvent<Wanted>) => this.#change(event.detail)}
      @rowopen=${(event: CustomEvent<number>) => this.#fire('rowopen', event.detail)} @rowselect=${(event: CustomEvent<number>) => this.#fire('rowselect', event.detail)} @userscroll=${() => this.#fire('userscroll', undefined)}></lab-rollout-list>`
  }

  #emptyWords(model: InspectorModel, info: ViewInfo) {
    if (chipsOf(model.filter).length > 0) return html`No rollout passes the filter. <button type="button" class="link" @click=${() => this.#change({ filter: {} })}>Clear the filter</button>`
    const { listed, leftOut } = countsOf(info, model.filter)
    if (listed === 0 && leftOut > 0) {
      return html`All ${unitsText(leftOut, 'rollout')} are of attempts that are being done again. <button type="button" class="link" @click=${() => this.#change({ filter: { superseded: true } })}>Show them</button>`
    }
    const alive = model.runs.some(({ status }) => isGoingOn(status))
    return `This run has no rollouts yet. They appear here as soon as the first are sampled${alive ? '' : ', once it goes on'}.`
  }

  #change(wanted: Wanted): void {
    this.#fire('listchange', wanted)
  }

  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

if (!customElements.get('lab-list-pane')) customElements.define('lab-list-pane', ListPane)
