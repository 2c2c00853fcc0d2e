import { css, html, LitElement, nothing, svg } from 'lit'
import type { PropertyValues } from 'lit'
import type { QueryParams } from '../../../trainer/protocol/queries.ts'
import type { Histogram } from '../../../trainer/protocol/rolloutViews.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import type { InspectorModel } from '../inspectorModel.ts'
import { countText, numberText, unitsText } from '../rowText.ts'
import { brushOf } from './brushedWhere.ts'
import { movedBrush } from './brushKeys.ts'
import type { BrushedBins } from './brushKeys.ts'

export type HistogramColumn = QueryParams<'rollouts/histogram'>['column']

export const COLUMN_TITLES: Readonly<Record<HistogramColumn, string>> = {
  reward: 'Reward', completionTokens: 'Tokens', advantage: 'Advantage', step: 'Step', meanEntropy: 'Mean entropy (nats)', meanLogprob: 'Mean log-probability'
}

const BINS = 40
const WIDTH = 400
const HEIGHT = 44
/** A list that grows is not counted anew for every row. */
const RENEW_MS = 1500

/**
 * How the rows of the list are spread over one number. Dragging over bars fires `brush` with the range; so does Enter on one of its
 * two ends, which arrows move.
 */
export class HistogramBrush extends LitElement {
  static override properties = { model: { attribute: false }, view: {}, column: {}, histogram: { state: true }, dragged: { state: true } }
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; padding: 4px 10px; }
      .head { display: flex; gap: 8px; align-items: center; font-size: 0.92em; }
      select {
        border: 1px solid var(--vscode-dropdown-border, var(--vscode-contrastBorder, transparent));
        background: var(--vscode-dropdown-background);
        color: var(--vscode-dropdown-foreground);
        font: inherit;
      }
      .chart { position: relative; }
      svg { display: block; width: 100%; height: 44px; cursor: crosshair; touch-action: none; }
      .end { position: absolute; top: 0; bottom: 0; width: 9px; margin-left: -4px; pointer-events: none; }
      .end::after { content: ''; position: absolute; top: 0; bottom: 0; left: 4px; width: 1px; }
      .chart.moved .end::after { background: var(--vscode-charts-yellow); }
      .end:focus-visible { outline: 2px solid var(--vscode-focusBorder); outline-offset: 0; }
      .hint { visibility: hidden; }
      .chart:focus-within + .ends .hint { visibility: visible; }
      .ends { display: flex; justify-content: space-between; font-size: 0.85em; }
      rect.bin { fill: var(--vscode-charts-blue); }
      rect.brushed { fill: var(--vscode-charts-yellow); }
      line { stroke: var(--vscode-descriptionForeground); }
    `
  ]

  declare model: InspectorModel
  /** View and generation: another one is counted anew. */
  declare view: string
  declare column: HistogramColumn
  declare histogram: Histogram | undefined
  /** The bins that are being chosen; in whatever order while they are dragged over. */
  declare dragged: BrushedBins | undefined
  #asking: AbortController | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastAsked = 0

  constructor() {
    super()
    this.column = 'reward'
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('view') && !changed.has('column')) return
    clearTimeout(this.#timer)
    const wait = changed.has('column') ? 0 : Math.max(0, this.#lastAsked + RENEW_MS - Date.now())
    this.#timer = setTimeout(() => void this.#ask(), wait)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
    this.#asking?.abort()
  }

  async #ask(): Promise<void> {
    const view = this.model.info?.view
    if (view === undefined) return
    this.#asking?.abort()
    const asking = new AbortController()
    this.#asking = asking
    this.#lastAsked = Date.now()
    try {
      this.histogram = await this.model.connection.query('rollouts/histogram', { view, column: this.column, bins: BINS }, asking.signal)
    } catch {
      // The list itself says what is wrong; a chart without numbers stays empty.
      if (!asking.signal.aborted) this.histogram = undefined
    }
  }

  override render() {
    const { histogram, column } = this
    const low = histogram?.edges[0]
    const high = histogram?.edges.at(-1)
    return html`<div class="head"><label>Spread of <select aria-label="Number whose spread is shown" @change=${this.#onColumn}>${Object.entries(COLUMN_TITLES).map(
        ([name, title]) => html`<option value=${name} .selected=${name === column}>${title}</option>`
      )}</select></label>
      <span class="faint">${histogram?.missing ? `${countText(histogram.missing)} without` : nothing}</span></div>
      ${histogram && histogram.counts.length > 0 ? this.#chart(histogram) : html`<div class="faint">nothing to count</div>`}
      <div class="ends faint"><span>${numberText(low)}</span><span class="hint" aria-hidden="true">${histogram ? this.#hint(histogram) : nothing}</span><span>${numberText(high)}</span></div>`
  }

  #chart(histogram: Histogram) {
    const most = Math.max(1, ...histogram.counts)
    const width = WIDTH / histogram.counts.length
    const [from, to] = this.#bins(histogram)
    const brushed = (bin: number) => this.dragged !== undefined && from <= bin && bin <= to
    const moved = this.dragged === undefined ? '' : 'moved'
    return html`<div class="chart ${moved}"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${this.#words(histogram)}
        @pointerdown=${this.#onDown} @pointermove=${this.#onMove} @pointerup=${this.#brush} @pointercancel=${() => (this.dragged = undefined)}>
      ${histogram.counts.map((count, bin) => {
        const height = count === 0 ? 0 : Math.max(1.5, (count / most) * (HEIGHT - 2))
        return svg`<rect class=${brushed(bin) ? 'bin brushed' : 'bin'} x=${bin * width} y=${HEIGHT - height} width=${width * 0.85} height=${height}><title>${this.#binWords(histogram, bin)}</title></rect>`
      })}
      <line x1="0" x2=${WIDTH} y1=${HEIGHT} y2=${HEIGHT}></line></svg>${this.#end(histogram, 0)}${this.#end(histogram, 1)}</div>`
  }

  /** The first or the last edge of the range, for the keyboard. */
  #end(histogram: Histogram, end: 0 | 1) {
    const { edges, counts } = histogram
    const [from, to] = this.#bins(histogram)
    const edge = end === 0 ? from : to + 1
    return html`<div class="end" role="slider" tabindex="0" aria-orientation="horizontal" aria-label="${COLUMN_TITLES[this.column]}, ${end === 0 ? 'from' : 'to'}"
      aria-valuemin=${edges[end === 0 ? 0 : from + 1] ?? 0} aria-valuemax=${edges[end === 0 ? to : counts.length] ?? 0} aria-valuenow=${edges[edge] ?? 0}
      aria-valuetext=${this.#endWords(histogram, edge)} aria-description="Enter filters by the range, Escape gives it up"
      .style=${`left: ${(edge / counts.length) * 100}%`} @keydown=${(event: KeyboardEvent) => this.#onEndKey(event, histogram, end)}></div>`
  }

  /** The range that is being chosen; all bins at first. */
  #bins({ counts }: Histogram): BrushedBins {
    const { dragged = [0, counts.length - 1] } = this
    return [Math.min(...dragged), Math.max(...dragged)]
  }

  #rowsInRange(histogram: Histogram): string {
    const [from, to] = this.#bins(histogram)
    return unitsText(histogram.counts.slice(from, to + 1).reduce((sum, count) => sum + count, 0), 'rollout')
  }

  #endWords(histogram: Histogram, edge: number): string {
    return `${numberText(histogram.edges[edge])}; ${this.#rowsInRange(histogram)} in the range`
  }

  /** What the keys do, for who sees the end that has the focus. */
  #hint(histogram: Histogram): string {
    if (!this.dragged) return '← → move this end'
    const [from, to] = this.#bins(histogram)
    return `${numberText(histogram.edges[from])} to ${numberText(histogram.edges[to + 1])}: ${this.#rowsInRange(histogram)} · Enter filters, Esc gives up`
  }

  #onEndKey(event: KeyboardEvent, histogram: Histogram, end: 0 | 1): void {
    const bins = movedBrush(this.#bins(histogram), end, event.key, histogram.counts.length)
    if (bins) this.dragged = bins
    else if (event.key === 'Enter') this.#brush()
    else if (event.key === 'Escape' && this.dragged) this.dragged = undefined
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  #words(histogram: Histogram): string {
    const most = histogram.counts.indexOf(Math.max(...histogram.counts))
    return `Spread of ${COLUMN_TITLES[this.column]}; most rows: ${this.#binWords(histogram, most)}. Drag over bars, or move the two ends by the arrow keys, to filter by a range.`
  }

  #binWords({ edges, counts }: Histogram, bin: number): string {
    return `${numberText(edges[bin])} to ${numberText(edges[bin + 1])}: ${countText(counts[bin] ?? 0)}`
  }

  #onColumn(event: Event): void {
    this.column = (event.currentTarget as HTMLSelectElement).value as HistogramColumn
    this.dragged = undefined
  }

  #binAt(event: PointerEvent): number {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    const bins = this.histogram?.counts.length ?? 1
    return Math.max(0, Math.min(bins - 1, Math.floor(((event.clientX - box.left) / box.width) * bins)))
  }

  #onDown(event: PointerEvent): void {
    const target = event.currentTarget as Element
    target.setPointerCapture(event.pointerId)
    const bin = this.#binAt(event)
    this.dragged = [bin, bin]
  }

  #onMove(event: PointerEvent): void {
    if (this.dragged) this.dragged = [this.dragged[0], this.#binAt(event)]
  }

  /** Filters by the bins that were chosen. */
  #brush(): void {
    const { dragged, histogram } = this
    if (!dragged || !histogram) return
    const brush = brushOf(this.column, histogram.edges, this.#bins(histogram))
    this.dragged = undefined
    if (brush !== undefined) this.dispatchEvent(new CustomEvent('brush', { detail: brush }))
  }
}

if (!customElements.get('lab-histogram')) customElements.define('lab-histogram', HistogramBrush)
