import { html, LitElement, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { CursorSync } from '../charts/cursorSync.ts'
import '../charts/labChart.ts'
import type { ChartEvents } from '../charts/labChart.ts'
import { sharedStyles } from '../controls/sharedStyles.ts'
import type { RolloutFilter } from '../../trainer/protocol/rolloutViews.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { DashboardStart, SteeringAction } from '../protocol/dashboard.ts'
import { Announcer } from './announcements.ts'
import { banner, bannersOf, leftOutBanner } from './banners.ts'
import { chartCsv, runsCsv } from './chartCsv.ts'
import { CHART_GROUPS } from './chartList.ts'
import type { ChartSpec } from './chartList.ts'
import './comparePanel.ts'
import { curvesOf, hasSeeds } from './curves.ts'
import { chartOf, choicesFor, linesFor, modelOf, stepWords, zoomAfter } from './dashboardModel.ts'
import type { DashboardModel } from './dashboardModel.ts'
import { dashboardStyles } from './dashboardStyles.ts'
import './diagnosisPanel.ts'
import type { DiagnosisEvents } from './diagnosisPanel.ts'
import { emptyState } from './emptyState.ts'
import { LiveRuns, problemOf } from './liveRuns.ts'
import type { DashboardConnection, WatchedRun } from './liveRuns.ts'
import { meaningOf } from './meaning.ts'
import { hasRollouts, rolloutsAt } from './pickedRollouts.ts'
import { runHeader } from './runHeader.ts'
import { recordedSteps } from './runSeries.ts'
import { isReadable, nameAmong } from './runWords.ts'
import { chartPicker, toolbar } from './toolbar.ts'
import { FRESH, readViewState, toggled } from './viewState.ts'
import type { ViewState } from './viewState.ts'

/** Runs that train no more cannot be paused. */
const ENDED: ReadonlySet<RunCard['status']> = new Set(['finished', 'damaged', 'newer'])

/** The page: runs with their state, charts, checks and differences. Redrawn at most once per frame, however much comes in. */
export class DashboardApp extends LitElement {
  static override styles = [sharedStyles, dashboardStyles]

  readonly #connection: DashboardConnection
  readonly #live: LiveRuns
  readonly #cursor = new CursorSync()
  readonly #announcer = new Announcer()
  /** Lines of each chart as a function that stays the same, so that a chart works them out only when told. */
  readonly #linesOf = new Map<string, () => ReturnType<typeof linesFor>>()
  #definitions: DashboardStart['definitions'] = {}
  #state: ViewState = FRESH
  #model: DashboardModel = modelOf([], FRESH)
  readonly #stepWords = (step: number) => stepWords(this.#model, step)
  #version = 0
  #frame = 0
  #started = false
  #scrolled = false
  #said = ''
  #failure: { readonly message: string; readonly remedy: string } | undefined
  #found = ''
  #leftOut = 0

  constructor(connection: DashboardConnection) {
    super()
    this.#connection = connection
    this.#live = new LiveRuns(connection, () => this.#refresh())
    this.addEventListener('scroll', () => this.#saveScroll())
    void this.#start()
  }

  async #start(): Promise<void> {
    try {
      const { runs, leftOut, definitions, guards, saved } = await this.#connection.ask('ready', {})
      this.#definitions = definitions
      this.#leftOut = leftOut
      this.#state = readViewState(saved)
      this.#live.setGuards(guards)
      this.#live.setRuns(runs)
    } catch (error) {
      this.#failure = problemOf(error)
    }
    this.#started = true
    this.#refresh()
  }

  /** There is nothing to scroll before the first charts are there. */
  protected override updated(): void {
    if (this.#scrolled || this.#model.recorded.length === 0) return
    this.#scrolled = true
    const { scroll } = this.#state
    requestAnimationFrame(() => (this.scrollTop = scroll))
  }

  override render(): TemplateResult {
    const runs = [...this.#live.runs.values()]
    return html`<main class=${runs.length > 1 ? 'several' : ''}>
      ${this.#headers(runs)}
      ${this.#failure ? banner('bad', this.#failure.message, this.#failure.remedy) : nothing}
      ${this.#leftOut > 0 ? leftOutBanner(this.#leftOut, runs.length) : nothing}
      ${runs.map((run) => bannersOf(run, runs.length > 1))}
      ${this.#model.domain.to > 1 || this.#model.recorded.length > 0 ? this.#body(runs) : emptyState(runs, this.#model.shown, this.#started)}
      <div class="visually-hidden" role="status" aria-live="polite">${this.#said}</div>
    </main>`
  }

  #headers(runs: readonly WatchedRun[]): TemplateResult {
    const actions = {
      steer: (run: WatchedRun, action: SteeringAction) => void this.#steer(run, action),
      show: (run: WatchedRun, shown: boolean) => this.#change({ hiddenRuns: toggled(this.#state.hiddenRuns, run.card.directory, !shown) })
    }
    if (runs.length === 1) return html`${runHeader(runs[0]!, undefined, actions)}`
    const curves = curvesOf(runs, this.#state.joinSeeds)
    return html`${runs.length > 1 ? html`<h1>${runs.length} runs compared</h1>` : nothing}${runs.map((run) => {
      const curve = curves.find((each) => each.runs.includes(run))
      const label = runs.filter((other) => other.card.name === run.card.name).length > 1 ? nameAmong(run) : run.card.name
      return runHeader(run, { color: curve?.color ?? 0, label, shown: !this.#state.hiddenRuns.includes(run.card.directory) }, actions)
    })}`
  }

  #body(runs: readonly WatchedRun[]): TemplateResult {
    const bar = {
      state: this.#state, model: this.#model, seeds: hasSeeds(runs),
      change: (part: Partial<ViewState>) => this.#change(part),
      addRun: () => void this.#tryTo(this.#connection.ask('addRun', {})),
      exportAll: () => this.#export('metrics', 'csv', runsCsv(this.#model.shown))
    }
    return html`${toolbar(bar)} ${chartPicker(bar)} ${this.#panels()}
      ${CHART_GROUPS.map((group) => {
        const charts = this.#model.recorded.filter((spec) => spec.group === group && !this.#state.hiddenCharts.includes(spec.id))
        if (charts.length === 0) return nothing
        return html`<section aria-label=${group}><h2>${group}</h2><div class="grid">${repeat(charts, ({ id }) => id, (spec) => this.#chart(spec))}</div></section>`
      })}`
  }

  #panels(): TemplateResult {
    const { shown } = this.#model
    const panel = (name: string) => (event: CustomEvent<{ open: boolean }>) => this.#change({ openPanels: toggled(this.#state.openPanels, name, event.detail.open) })
    const compared = shown.map((run) => ({ directory: run.card.directory, label: nameAmong(run) }))
    return html`<div class="panels">${shown.filter(isReadable).map(({ card, series, guard }) => html`<lab-diagnosis .connection=${this.#connection} run=${card.directory} name=${shown.length > 1 ? nameAmong({ card }) : ''}
        steps=${recordedSteps(series)} ?open=${this.#state.openPanels.includes(`checks ${card.directory}`)} @panel=${panel(`checks ${card.directory}`)}
        .guard=${ENDED.has(card.status) ? undefined : guard?.on} @guard=${(event: CustomEvent<{ on: boolean }>) => void this.#tryTo(this.#connection.ask('guard', { run: card.directory, on: event.detail.on }))}
        @findings=${(event: CustomEvent<DiagnosisEvents['findings']>) => this.#live.setFindings(card.directory, event.detail.findings)}
        @rollouts=${(event: CustomEvent<{ filter: RolloutFilter }>) => this.#openRollouts([card.directory], event.detail.filter)}
        @metric=${(event: CustomEvent<{ name: string }>) => void this.#goToMetric(event.detail.name)}></lab-diagnosis>`)}
      </div>${shown.length < 2 ? nothing : html`<lab-compare .connection=${this.#connection} .runs=${compared}
        ?open=${this.#state.openPanels.includes('differences')} @panel=${panel('differences')}></lab-compare>`}`
  }

  #chart(spec: ChartSpec): TemplateResult {
    const lines = this.#linesOf.get(spec.id) ?? (() => linesFor(spec, this.#model, this.#state.choices))
    this.#linesOf.set(spec.id, lines)
    const choices = choicesFor(spec, this.#model)
    return html`<lab-chart id=${spec.id} class=${this.#found === spec.id ? 'found' : ''} heading=${spec.title} tip=${meaningOf(spec, this.#definitions, this.#model.curves.some((curve) => curve.runs.length > 1))} ?pickable=${hasRollouts(spec, this.#model)}
      .shape=${spec.shape} .lines=${lines} .version=${this.#version} .range=${this.#state.zoom} .domain=${this.#model.domain} .stepWords=${this.#stepWords} .smoothing=${this.#state.smoothing}
      .cursor=${this.#cursor} .choices=${choices} .choice=${this.#state.choices[spec.id] ?? choices[0] ?? ''}
      @zoom=${(event: CustomEvent<ChartEvents['zoom']>) => this.#change({ zoom: event.detail })}
      @pick=${(event: CustomEvent<ChartEvents['pick']>) => this.#openRollouts(this.#model.drawn.map(({ card }) => card.directory), rolloutsAt(spec, this.#model, event.detail))}
      @exportPng=${(event: CustomEvent<ChartEvents['exportPng']>) => this.#export(spec.id, 'png', event.detail.data)}
      @exportCsv=${() => this.#export(spec.id, 'csv', chartCsv(spec, this.#model.drawn))}
      @hide=${() => this.#change({ hiddenCharts: toggled(this.#state.hiddenCharts, spec.id, true) })}
      @choose=${(event: CustomEvent<ChartEvents['choose']>) => this.#change({ choices: { ...this.#state.choices, [spec.id]: event.detail.choice } })}></lab-chart>`
  }

  /** Something came in: draw with the next frame. */
  #refresh(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.#recompute()
    })
  }

  #recompute(): void {
    const runs = [...this.#live.runs.values()]
    const before = this.#model
    this.#model = modelOf(runs, this.#state)
    this.#state = { ...this.#state, zoom: zoomAfter(this.#state.zoom, before, this.#model) }
    this.#version++
    const news = runs.flatMap((run) => this.#announcer.changesOf(run) ?? [])
    if (news.length > 0) this.#said = news.join(' ')
    this.requestUpdate()
  }

  #change(part: Partial<ViewState>): void {
    this.#state = { ...this.#state, ...part }
    this.#connection.saveState(this.#state)
    this.#recompute()
  }

  #saveScroll(): void {
    this.#state = { ...this.#state, scroll: this.scrollTop }
    this.#connection.saveState(this.#state)
  }

  async #steer(run: WatchedRun, action: SteeringAction): Promise<void> {
    await this.#tryTo(this.#connection.ask('steer', { run: run.card.directory, action }))
  }

  #openRollouts(runs: readonly string[], filter: RolloutFilter): void {
    void this.#tryTo(this.#connection.ask('openRollouts', { runs, filter }))
  }

  #export(what: string, kind: 'png' | 'csv', data: string): void {
    const [first] = this.#model.shown
    const name = `${first && this.#model.shown.length === 1 ? first.card.runId : 'runs'}-${what}.${kind}`
    void this.#tryTo(this.#connection.ask('export', { name, kind, data }))
  }

  async #goToMetric(name: string): Promise<void> {
    const spec = chartOf(name)
    if (!spec) return
    this.#found = spec.id
    const drawn = this.#model.recorded.includes(spec)
    this.#change({ hiddenCharts: toggled(this.#state.hiddenCharts, spec.id, false), ...(drawn ? {} : { track: null, zoom: null }) })
    await this.updateComplete
    const chart = this.renderRoot.querySelector<HTMLElement>(`#${spec.id}`)
    chart?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' })
    chart?.shadowRoot?.querySelector<HTMLElement>('.plot')?.focus({ preventScroll: true })
  }

  async #tryTo(asked: Promise<unknown>): Promise<void> {
    this.#failure = await asked.then(() => undefined, problemOf)
    this.#refresh()
  }
}

customElements.define('lab-dashboard', DashboardApp)
