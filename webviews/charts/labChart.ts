import { html, LitElement, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { icon } from '../controls/icons.ts'
import '../controls/infoTip.ts'
import { sharedStyles } from '../controls/sharedStyles.ts'
import type { ChartLine, ChartShape, StepRange } from './chartData.ts'
import { chartPng } from './chartPng.ts'
import { chartStyles, plotStyles } from './chartStyles.ts'
import type { CursorSync } from './cursorSync.ts'
import { shortNumber } from './numberText.ts'
import { describeLine, valuesAt, valueText } from './description.ts'
import { moveFor } from './keyboard.ts'
import { publishPalette, readPalette } from './palette.ts'
import type { Palette } from './palette.ts'
import { Plot } from './plot.ts'
import { joinLines } from './plotColumns.ts'
import type { PlotColumns } from './plotColumns.ts'
import { nearestIndex, nearestStep, valuedSteps } from './steps.ts'
import { swatch } from './swatch.ts'
import { onThemeChange } from './themeWatch.ts'
import { valueTable } from './valueTable.ts'

const TAKES_LINES = ['lines', 'version', 'smoothing', 'shown', 'shape', 'choice', 'range'] as const

/** What a chart tells its page; each is a CustomEvent of this name. */
export interface ChartEvents {
  zoom: StepRange
  /** A step with a value was clicked, or Enter pressed on it. `sparse`: only lines with values at few steps have one there. */
  pick: { readonly step: number; readonly sparse: boolean }
  exportPng: { readonly data: string }
  exportCsv: null
  hide: null
  choose: { readonly choice: string }
}

/**
 * One chart over steps. It draws only while it is in view, takes its lines when it draws, and shares cursor and zoom with the
 * others of its page. By keyboard its plot is a slider over steps; every value is also there as text and as a table.
 */
export class LabChart extends LitElement {
  static override properties = {
    heading: {}, tip: {}, shape: { attribute: false }, lines: { attribute: false }, version: { type: Number }, range: { attribute: false },
    domain: { attribute: false }, stepWords: { attribute: false }, smoothing: { type: Number }, cursor: { attribute: false }, choices: { attribute: false }, choice: {},
    pickable: { type: Boolean }, asTable: { state: true }, shown: { state: true }, step: { state: true }, look: { state: true }
  }
  static override styles = [sharedStyles, plotStyles, chartStyles]

  declare heading: string
  declare tip: string
  declare shape: ChartShape
  declare lines: () => readonly ChartLine[]
  /** Raised when `lines` would give something else. */
  declare version: number
  declare range: StepRange
  /** First and last step of all charts. */
  declare domain: { readonly from: number; readonly to: number }
  /** How a step is called. */
  declare stepWords: (step: number) => string
  declare smoothing: number
  declare cursor: CursorSync
  /** Lines to choose one of, where several runs leave room for one only. */
  declare choices: readonly string[]
  declare choice: string
  declare pickable: boolean
  declare asTable: boolean
  declare shown: boolean
  declare step: number | null
  declare look: number

  #plot: Plot | undefined
  #current: readonly ChartLine[] = []
  /** Steps with a value. */
  #steps: readonly number[] = []
  #summary = ''
  #joined: PlotColumns = { x: [], columns: [] }
  #palette: Palette | undefined
  #leave: (() => void)[] = []

  constructor() {
    super()
    Object.assign(this, {
      heading: '', tip: '', shape: { unit: '', range: 'auto', stacked: false }, lines: () => [], version: 0, range: null,
      domain: { from: 0, to: 1 }, stepWords: (step: number) => `step ${step}`, smoothing: 0, choices: [], choice: '', pickable: false, asTable: false, shown: false, step: null, look: 0
    })
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const seen = new IntersectionObserver((entries) => (this.shown = entries.at(-1)!.isIntersecting), { rootMargin: '100px' })
    const sized = new ResizeObserver(() => this.look++)
    seen.observe(this)
    sized.observe(this)
    const repaint = () => {
      this.#palette = undefined
      this.look++
    }
    this.#leave = [() => seen.disconnect(), () => sized.disconnect(), onThemeChange(repaint)]
    if (this.hasUpdated) this.#followCursor()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#leave.forEach((leave) => leave())
    this.#plot?.destroy()
    this.#plot = undefined
  }

  protected override willUpdate(changed: PropertyValues<LabChart>): void {
    if (changed.has('cursor')) this.#followCursor()
    if (!this.shown || !TAKES_LINES.some((name) => changed.has(name))) return
    this.#current = this.lines()
    this.#steps = valuedSteps(this.#current)
    this.#joined = joinLines(this.#current, { smoothing: this.smoothing, stacked: this.shape.stacked })
    this.#summary = this.#current.map((line) => describeLine(line, this.range)).join(' ')
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.shown || this.asTable) return
    const onlyTheCursor = changed.size === 1 && changed.has('step')
    if (!onlyTheCursor) this.#draw()
    this.#plot?.showCursor(this.step)
  }

  override render(): TemplateResult {
    return html`<header>
        <lab-info-tip label=${this.heading} text=${this.tip}><h3 id="heading">${this.heading}</h3></lab-info-tip>
        ${this.#smoothed() ? html`<span class="smoothing" title="Exponential moving average; the raw values lie faint behind">EMA ${this.smoothing}</span>` : nothing}
        ${this.#chooser()} ${this.#tools()}
      </header>
      ${this.asTable ? valueTable(this.#current, this.range) : this.#plotArea()} ${this.#legend()}`
  }

  #plotArea(): TemplateResult {
    const { from, to } = this.range ?? this.domain
    const step = this.step ?? to
    const spoken = valuesAt(this.#current, step).map(({ line, ...value }) => `${line.label} ${valueText(value)}${value.step === step ? '' : ` at step ${value.step}`}`)
    return html`<div class="plot" part="plot" tabindex="0" role="slider" aria-labelledby="heading" aria-describedby="summary" aria-orientation="horizontal"
        aria-valuemin=${from} aria-valuemax=${to} aria-valuenow=${step} aria-valuetext=${`${this.stepWords(step)}: ${spoken.join(', ') || 'no values'}`}
        @keydown=${this.#onKey} @blur=${() => this.cursor.set(null)}>
        ${this.#current.some((line) => line.y.some((value) => value !== null)) || !this.shown ? nothing : html`<div class="empty faint">No values yet</div>`}
      </div>
      <p id="summary" class="visually-hidden">${this.#summary}${this.pickable ? ' Enter opens the rollouts of the step.' : ''}</p>`
  }

  #legend(): TemplateResult {
    const at = this.step ?? this.#lastInView()
    const values = at === undefined ? [] : valuesAt(this.#current, at)
    return html`<ul class="legend" aria-hidden="true">
      ${at === undefined ? nothing : html`<li class="faint">${this.stepWords(at)}${this.#smoothed() ? ', not smoothed' : ''}</li>`}
      ${values.map(({ line, count, ...value }) => html`<li>
        ${swatch(line.color, line.dash)}<span class="name" title=${line.label}>${line.label}</span>
        <span class="value"><strong>${value.value === null ? '–' : shortNumber(value.value)}</strong>
          ${value.low === null || value.high === null ? nothing : html`<span class="faint">${shortNumber(value.low)} to ${shortNumber(value.high)}</span>`}
          ${value.step === at ? nothing : html`<span class="faint">at step ${value.step}</span>`}
          ${count === undefined ? nothing : html`<span class="faint">n = ${count}</span>`}</span>
      </li>`)}
    </ul>`
  }

  #smoothed(): boolean {
    return this.smoothing > 0 && !this.shape.stacked && this.#current.some((line) => !line.sparse)
  }

  #lastInView(): number | undefined {
    const { x } = this.#joined
    return this.range ? x[nearestIndex(x, this.range.to)] : x.at(-1)
  }

  #chooser(): TemplateResult | typeof nothing {
    if (this.choices.length < 2) return nothing
    const choose = (event: Event) => this.#tell('choose', { choice: (event.currentTarget as HTMLSelectElement).value })
    return html`<select aria-label=${`Line of ${this.heading} to compare`} @change=${choose}>
      ${this.choices.map((name) => html`<option value=${name} ?selected=${name === this.choice}>${name}</option>`)}
    </select>`
  }

  #tools(): TemplateResult {
    const button = (name: Parameters<typeof icon>[0], label: string, action: () => void, pressed?: boolean) =>
      html`<button type="button" class="icon-button" title=${label} aria-label=${`${label}: ${this.heading}`}
        aria-pressed=${pressed ?? nothing} @click=${action}>${icon(name)}</button>`
    return html`<span class="tools">
      ${button('table', 'Show as table', () => this.#toggleTable(), this.asTable)}
      ${button('image', 'Export as PNG', () => this.#exportPng())}
      ${button('download', 'Export as CSV', () => this.#tell('exportCsv', null))}
      ${button('close', 'Hide chart', () => this.#tell('hide', null))}
    </span>`
  }

  #followCursor(): void {
    this.#leave.push(this.cursor.listen((step) => (this.step = this.shown ? step : null)))
  }

  #draw(): void {
    const holder = this.renderRoot.querySelector<HTMLElement>('.plot')
    if (!holder) return
    this.#palette ??= this.#readPalette()
    this.#plot ??= new Plot(holder, {
      hover: (place) => this.cursor.set(place === null ? null : nearestStep(this.#steps, place, this.range)),
      zoom: (range) => this.#tell('zoom', range),
      pick: (place) => this.#pick(nearestStep(this.#steps, place, this.range))
    })
    const { from, to } = this.range ?? this.domain
    this.#plot.draw({ lines: this.#current, joined: this.#joined, shape: this.shape, palette: this.#palette, from, to }, holder.clientWidth)
  }

  #readPalette(): Palette {
    const palette = readPalette(this)
    publishPalette(palette)
    return palette
  }

  #onKey(event: KeyboardEvent): void {
    const move = moveFor(event, { steps: this.#steps, step: this.step, range: this.range, domain: this.domain })
    if (!move) return
    event.preventDefault()
    if (move.kind === 'cursor') this.cursor.set(move.step)
    if (move.kind === 'zoom') this.#tell('zoom', move.range)
    if (move.kind === 'pick') this.#pick(move.step)
  }

  #pick(step: number | null): void {
    if (step === null || !this.pickable) return
    const there = valuesAt(this.#current, step, true).filter(({ value }) => value !== null)
    this.#tell('pick', { step, sparse: there.every(({ line }) => line.sparse === true) })
  }

  #toggleTable(): void {
    this.#plot?.destroy()
    this.#plot = undefined
    this.asTable = !this.asTable
  }

  async #exportPng(): Promise<void> {
    if (this.asTable) {
      this.#toggleTable()
      await this.updateComplete
    }
    if (this.#plot?.canvas && this.#palette) this.#tell('exportPng', { data: chartPng(this.#plot.canvas, this.heading, this.#current, this.#palette) })
  }

  #tell<E extends keyof ChartEvents>(name: E, detail: ChartEvents[E]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

if (!customElements.get('lab-chart')) customElements.define('lab-chart', LabChart)
