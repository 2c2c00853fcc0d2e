import { VirtualizerController } from '@tanstack/lit-virtual'
import { html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { PropertyValues } from 'lit'
import type { RolloutSort } from '../../../trainer/protocol/rolloutViews.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { isGroupRow } from '../inspectorModel.ts'
import type { InspectorModel, ListRow } from '../inspectorModel.ts'
import { columnsOf, nextSort } from './columns.ts'
import type { Column } from './columns.ts'
import { listStyles } from './listStyles.ts'
import { groupCells, rolloutCells, skeletonCells } from './rowTemplates.ts'
import { contentRoom, offsetShowing, scrolledOffset, scrollScale, toContent, toScroll } from './scrollScale.ts'
import type { ScrollScale } from './scrollScale.ts'

export const ROW_HEIGHT = 42
const HEADER_HEIGHT = 26
const PAGE_ROWS = 100
const OVERSCAN = 4
/** After wheeling ends, the scroll bar is set where it belongs. */
const SETTLE_MS = 160

/**
 * The long list. Its pages are the items of the virtualizer; of the pages in view the rows in view are drawn. Fires `rowopen` and
 * `rowselect` with the position, `listchange` with another sort, and `userscroll` when the user, not the page, moved in the list.
 */
export class RolloutList extends LitElement {
  static override properties = { model: { attribute: false }, version: { type: Number }, selected: { type: Number } }
  static override styles = [sharedStyles, listStyles]

  declare model: InspectorModel
  /** Raised whenever the model changed. */
  declare version: number
  /** Position of the selected row; −1 = none. */
  declare selected: number

  #offset = 0
  #scrollTop = 0
  #viewport = 0
  #settling: ReturnType<typeof setTimeout> | undefined
  #tellOffset: (offset: number, isScrolling: boolean) => void = () => undefined
  #resized: ResizeObserver | undefined
  readonly #virtual = new VirtualizerController<Element, Element>(this, {
    count: 0,
    getScrollElement: () => this.#scroller,
    estimateSize: () => PAGE_ROWS * ROW_HEIGHT,
    overscan: 0,
    // The scroll bar stands for the rows at a scale: the virtualizer is told of the offset in the rows, not of the bar.
    observeElementOffset: (_, tell) => {
      this.#tellOffset = tell
      tell(this.#offset, false)
    },
    scrollToFn: (offset) => this.#moveTo(offset)
  })

  constructor() {
    super()
    this.version = 0
    this.selected = -1
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot?.querySelector<HTMLElement>('.grid') ?? null
  }

  get #scale(): ScrollScale {
    return scrollScale(this.model.count * ROW_HEIGHT, this.#viewport)
  }

  /** Position of the first row in view, with the part that is scrolled past as a fraction. */
  get top(): number {
    return this.#offset / ROW_HEIGHT
  }

  /** Puts this position at the top. */
  scrollToTop(position: number): void {
    this.#moveTo(position * ROW_HEIGHT)
  }

  /** Moves as little as possible so that the row can be seen. */
  reveal(position: number): void {
    this.#moveTo(offsetShowing(this.#scale, this.#offset, position * ROW_HEIGHT, ROW_HEIGHT))
  }

  focusList(): void {
    this.#scroller?.focus()
  }

  override firstUpdated(): void {
    const scroller = this.#scroller
    if (!scroller) return
    this.#resized = new ResizeObserver(() => this.#measure(scroller))
    this.#resized.observe(scroller)
    this.#measure(scroller)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#resized?.disconnect()
    clearTimeout(this.#settling)
  }

  /** What stood in view for a reader, the end of the list or the selected row, still does in a smaller window. */
  #measure(scroller: HTMLElement): void {
    const before = this.#scale
    const atEnd = this.#offset > 0 && this.#offset >= contentRoom(before) - 1
    const selectedInView = this.selected >= 0 && offsetShowing(before, this.#offset, this.selected * ROW_HEIGHT, ROW_HEIGHT) === this.#offset
    this.#viewport = Math.max(0, scroller.clientHeight - HEADER_HEIGHT)
    if (atEnd) this.#moveTo(contentRoom(this.#scale))
    else if (selectedInView) this.reveal(this.selected)
    this.requestUpdate()
  }

  override willUpdate(_: PropertyValues): void {
    const virtualizer = this.#virtual.getVirtualizer()
    const count = Math.ceil(this.model.count / PAGE_ROWS)
    if (virtualizer.options.count !== count) virtualizer.setOptions({ ...virtualizer.options, count })
  }

  override updated(): void {
    // A shorter list ends above what was looked at.
    const offset = toContent(this.#scale, toScroll(this.#scale, this.#offset))
    if (Math.abs(offset - this.#offset) > 1) this.#moveTo(offset)
    const { from, to } = this.#rowsInView()
    if (to > from && this.model.info) this.model.pages.want(from, to)
  }

  #rowsInView(): { from: number; to: number } {
    const pages = this.#virtual.getVirtualizer().getVirtualItems()
    const firstPage = pages[0]?.index ?? 0
    const lastPage = pages.at(-1)?.index ?? -1
    const from = Math.max(firstPage * PAGE_ROWS, Math.floor(this.#offset / ROW_HEIGHT) - OVERSCAN)
    const end = Math.ceil((this.#offset + this.#viewport) / ROW_HEIGHT) + OVERSCAN
    return { from: Math.max(0, from), to: Math.min(this.model.count, end, Math.max((lastPage + 1) * PAGE_ROWS, 0) || end) }
  }

  override render() {
    const { by, count } = this.model
    const { from, to } = this.#rowsInView()
    const positions = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
    const active = this.selected >= from && this.selected < to ? `row${this.selected}` : nothing
    return html`<div class="grid ${by}" role="grid" tabindex="0" aria-label=${by === 'groups' ? 'Groups' : 'Rollouts'} aria-rowcount=${count + 1}
        aria-activedescendant=${active} @scroll=${this.#onScroll} @keydown=${this.#onKey}>
      <div class="header" role="row" aria-rowindex="1">${columnsOf(by).map((column) => this.#heading(column))}</div>
      <div role="presentation" .style=${`height: ${this.#scale.scroll}px`}></div>
      ${repeat(positions, (position) => position, (position) => this.#row(position))}
    </div>`
  }

  #heading(column: Column) {
    const { sort } = this.model
    const sorted = column.sort !== undefined && sort.by === column.sort
    const name = column.title === '' ? html`<span class="visually-hidden">Verdict</span><span aria-hidden="true">✓</span>` : column.title
    const arrow = sorted ? html`<span aria-hidden="true">${sort.descending ? ' ↓' : ' ↑'}</span>` : nothing
    const content = column.sort === undefined
      ? name
      : html`<button type="button" title=${column.explained} @click=${() => this.#sortBy(column.sort)}>${name}${arrow}</button>`
    return html`<span role="columnheader" class="${column.name} ${column.numeric ? 'number' : ''}" aria-sort=${sorted ? (sort.descending ? 'descending' : 'ascending') : nothing}>${content}</span>`
  }

  #sortBy(column: Column['sort']): void {
    if (column) this.#fire('listchange', { sort: nextSort(this.model.sort, column) })
  }

  #row(position: number) {
    const row: ListRow | undefined = this.model.pages.row(position)
    const top = HEADER_HEIGHT + this.#scrollTop + position * ROW_HEIGHT - this.#offset
    return html`<div class="row" role="row" id="row${position}" aria-rowindex=${position + 2} aria-selected=${position === this.selected}
        .style=${`top: ${top}px`} @click=${() => this.#fire('rowopen', position)}>${this.#cells(row)}</div>`
  }

  #cells(row: ListRow | undefined) {
    if (!row) return skeletonCells()
    return isGroupRow(row) ? groupCells(row, this.model.excerpts.get({ run: row.run, id: row.member })) : rolloutCells(row, this.model.excerpts.get(row), this.model.labels.get(row))
  }

  #onScroll(): void {
    const scroller = this.#scroller
    if (!scroller || Math.abs(scroller.scrollTop - this.#scrollTop) < 1) return
    this.#offset = scrolledOffset(this.#scale, this.#offset, this.#scrollTop, scroller.scrollTop)
    this.#scrollTop = scroller.scrollTop
    this.#tellOffset(this.#offset, true)
    this.requestUpdate()
    this.dispatchEvent(new CustomEvent('userscroll'))
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => this.#moveTo(this.#offset), SETTLE_MS)
  }

  /** Shows the rows from this offset on, and sets the scroll bar to match. */
  #moveTo(offset: number): void {
    const scroller = this.#scroller
    if (!scroller) return
    this.#offset = Math.max(0, Math.min(offset, this.#scale.content - this.#viewport))
    scroller.scrollTop = toScroll(this.#scale, this.#offset)
    this.#scrollTop = scroller.scrollTop
    this.#tellOffset(this.#offset, false)
    this.requestUpdate()
  }

  #onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.#viewport / ROW_HEIGHT) - 1)
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }
    const move = moves[event.key]
    if (event.target !== this.#scroller) return
    if (move !== undefined) this.moveSelection(move)
    else if (event.key === 'Enter' && this.selected >= 0) this.#fire('rowopen', this.selected)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  /** Selects the row that is this many further on. */
  moveSelection(rows: number): void {
    if (this.model.count === 0) return
    const next = Math.max(0, Math.min(this.model.count - 1, (this.selected < 0 ? Math.ceil(this.top) - Math.sign(rows) : this.selected) + rows))
    this.reveal(next)
    this.dispatchEvent(new CustomEvent('userscroll'))
    this.#fire('rowselect', next)
  }

  #fire(name: 'rowopen' | 'rowselect', detail: number): void
  #fire(name: 'listchange', detail: { readonly sort: RolloutSort }): void
  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

if (!customElements.get('lab-rollout-list')) customElements.define('lab-rollout-list', RolloutList)
