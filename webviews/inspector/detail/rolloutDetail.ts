import { css, html, LitElement, nothing } from 'lit'
import type { PropertyValues } from 'lit'
import type { Label } from '../../../trainer/protocol/label.ts'
import type { GroupAttempt } from '../../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../../trainer/protocol/rollout.ts'
import type { TokenUpdate } from '../../../trainer/protocol/tokenUpdate.ts'
import type { ViewError } from '../../connection/viewError.ts'
import { toViewError } from '../../connection/viewError.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import type { RolloutPlace } from '../../protocol/inspector.ts'
import { visibleLine, visibleText } from '../../protocol/visibleText.ts'
import type { InspectorModel } from '../inspectorModel.ts'
import { unitsText } from '../rowText.ts'
import { availableModes, scaleOf, tokenValues } from '../trace/tokenColours.ts'
import type { ColourMode, TokenValues } from '../trace/tokenColours.ts'
import '../execution/executionView.ts'
import type { ExecutionView } from '../execution/executionView.ts'
import '../threads/threadList.ts'
import '../trace/traceView.ts'
import type { KeptReading, TraceView } from '../trace/traceView.ts'
import { DetailReading } from './detailReading.ts'
import type { GroupPlace } from './detailReading.ts'
import { detailStyles } from './detailStyles.ts'
import './groupView.ts'
import { errorBox } from './messages.ts'
import './problemHistory.ts'
import { ReadingRenewal } from './readingRenewal.ts'
import { answerTable, rewardTable } from './rewardTable.ts'
import type { PartLinks } from './rewardTable.ts'
import { rolloutDetailStyles } from './rolloutDetailStyles.ts'
import { origin, outcome } from './rolloutFacts.ts'
import { isSamePlace } from './samePlace.ts'

export const DETAIL_TABS = [['rollout', 'Rollout'], ['group', 'Group'], ['history', 'Problem through time']] as const
export type DetailTab = (typeof DETAIL_TABS)[number][0]

/**
 * One rollout, its group, its problem through time. Fires `tab`, `openplace` (a rollout), `display` (colouring, rendering) and `act`
 * with 'document', 'label', 'link', 'mark' or 'back'.
 */
export class RolloutDetail extends LitElement {
  static override properties = {
    model: { attribute: false }, place: { attribute: false }, groupPlace: { attribute: false }, kept: { attribute: false },
    tab: {}, mode: {}, rich: { type: Boolean }, marked: { attribute: false }, at: { type: Number },
    error: { state: true }, loading: { state: true }, segment: { state: true }, labels: { state: true }, linkedParts: { state: true }, tokenUpdate: { state: true }
  }
  static override styles = [sharedStyles, detailStyles, rolloutDetailStyles, css`:host { display: flex; flex-direction: column; min-height: 0; min-width: 0; }`]

  declare model: InspectorModel
  declare place: RolloutPlace | undefined
  declare groupPlace: GroupPlace | undefined
  declare tab: DetailTab
  declare mode: ColourMode
  declare rich: boolean
  /** The rollout marked for a comparison. */
  declare marked: RolloutPlace | undefined
  /** Where in the first segment's text to put the cursor once the rollout is there; −1 = nowhere. */
  declare at: number
  /** How a rollout was read last: shown so again when it is that rollout. */
  declare kept: KeptReading | undefined
  declare error: ViewError | undefined
  declare loading: boolean
  declare segment: number
  /** What was said of the rollout, as far as it was read. */
  declare labels: readonly Label[]
  /** Positions of the reward parts that lead to a file. */
  declare linkedParts: ReadonlySet<number>
  declare tokenUpdate: TokenUpdate | undefined
  readonly #reading = new DetailReading(() => this.model.connection)
  readonly #renewal: ReadingRenewal
  #asking: AbortController | undefined

  constructor() {
    super()
    this.tab = 'rollout'
    this.mode = 'none'
    this.rich = false
    this.loading = false
    this.segment = 0
    this.labels = []
    this.linkedParts = new Set()
    this.at = -1
    this.#renewal = new ReadingRenewal(this, this.#reading, () => this.model.connection)
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('place') || changed.has('groupPlace')) this.load()
    else if (changed.has('tab') && this.tab === 'group' && this.#reading.group.length === 0) this.load()
  }

  /** Reads the rollout, or the group where only that was asked for. What is shown stays until it is there. */
  load(): void {
    this.#asking?.abort()
    const asking = new AbortController()
    this.#asking = asking
    this.error = undefined
    this.loading = true
    void this.#read(asking.signal)
      .catch((error: unknown) => {
        if (!asking.signal.aborted) this.error = toViewError(error)
      })
      .finally(() => {
        if (this.#asking === asking) this.loading = false
      })
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { place, groupPlace } = this
    if (place) {
      const before = this.#reading.place
      await this.#reading.readRollout(place, signal)
      this.segment = this.#segmentToShow(place)
      if (!isSamePlace(before, place)) [this.labels, this.linkedParts, this.tokenUpdate] = [[], new Set(), undefined]
      this.requestUpdate()
      void this.updateComplete.then(() => this.#showPlace(place))
      void this.#readLinks(place)
      void this.#readUpdate(place)
      this.#renewal.opened()
      // A group is read where it is looked at.
      if (this.tab === 'group') await this.#reading.readOwnGroup(signal)
    } else if (groupPlace) await this.#reading.readGroup(groupPlace, signal)
    else this.#reading.clear()
  }

  /** Where parts come from is not needed to read a rollout: it comes when it is known. */
  async #readLinks(place: RolloutPlace): Promise<void> {
    const parts = await this.model.connection.ask('linkedParts', place).catch(() => [])
    if (isSamePlace(place, this.#reading.place)) this.linkedParts = new Set(parts)
  }

  updateRecorded(): void {
    const { place } = this.#reading
    if (place && this.tokenUpdate === undefined) void this.#readUpdate(place)
  }

  /** Ratios and clip states are further colours: they come when they are known. */
  async #readUpdate(place: RolloutPlace): Promise<void> {
    try {
      const update = await this.model.connection.query('rollouts/update', place)
      if (isSamePlace(place, this.#reading.place)) this.tokenUpdate = update ?? undefined
    } catch (error) {
      if (isSamePlace(place, this.#reading.place)) this.error = toViewError(error)
    }
  }

  #partLinks(place: RolloutPlace): PartLinks {
    const act = (what: 'openPart' | 'debugPart', part: number): void => {
      this.model.connection.ask(what, { ...place, part }).catch((error: unknown) => (this.error = toViewError(error)))
    }
    return { parts: this.linkedParts, open: (part) => act('openPart', part), debug: (part) => act('debugPart', part) }
  }

  /** That of the reader, where this rollout was read last; a search hit is in the first one. */
  #segmentToShow(place: RolloutPlace): number {
    if (this.at >= 0 || !isSamePlace(this.kept, place)) return 0
    return Math.min(this.kept?.segment ?? 0, (this.#reading.rollout?.segments.length ?? 1) - 1)
  }

  /** A search hit, or where the reader was. */
  #showPlace(place: RolloutPlace): void {
    if (this.at >= 0) this.trace?.showOffset(this.at)
    else if (this.kept && isSamePlace(this.kept, place)) this.trace?.showAsKept(this.kept)
  }

  /** Puts the cursor where a label stands. */
  #showLabel({ anchor }: Label): void {
    this.segment = anchor.segment
    void this.updateComplete.then(() => this.trace?.showOffset(anchor.from))
  }

  #showTurn(turn: number): void {
    const { trace } = this
    trace?.showTurn(turn)
    void trace?.updateComplete.then(() => trace.scrollIntoView({ block: 'start' }))
  }

  /** Sampling of the next of the colourings that the rollout has values for. */
  nextMode(): void {
    const modes = this.#modes()
    this.#display({ mode: modes[(modes.indexOf(this.mode) + 1) % modes.length] ?? 'none', rich: false })
  }

  get trace(): TraceView | null {
    return this.renderRoot.querySelector('lab-trace')
  }

  get executions(): ExecutionView | null {
    return this.renderRoot.querySelector('lab-executions')
  }

  focusTab(): void {
    this.renderRoot.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus()
  }

  override render() {
    if (this.error) return html`<div class="body">${errorBox(this.error, () => this.load())}</div>`
    if (!this.#subject) return html`<div class="empty">${this.loading ? 'Reading…' : 'Choose a rollout in the list: Enter opens it.'}</div>`
    return html`${this.#toolbar()}
      <div class="tabs" role="tablist" aria-label="What to read" @keydown=${this.#onTabKey}>${DETAIL_TABS.map(([tab, title]) => html`
        <button type="button" role="tab" id="tab-${tab}" aria-selected=${tab === this.tab} aria-controls="panel" tabindex=${tab === this.tab ? 0 : -1}
          ?disabled=${tab !== 'group' && !this.#subject} @click=${() => this.#fire('tab', tab)}>${title}</button>`)}</div>
      <div class="body" id="panel" role="tabpanel" aria-labelledby="tab-${this.tab}" tabindex="-1">${this.#panel()}</div>`
  }

  get #subject(): Rollout | GroupAttempt | undefined {
    return this.#reading.rollout ?? this.#reading.group[0]
  }

  #panel() {
    const { run, rollout, group, prompt, place } = this.#reading
    if (this.tab === 'history' && this.#subject) {
      return html`<lab-problem-history .model=${this.model} .problem=${this.#subject.problemId} .heading=${visibleLine(prompt.trim(), 100)}
        @openplace=${(event: CustomEvent<RolloutPlace>) => this.#fire('openplace', event.detail)}></lab-problem-history>`
    }
    if (this.tab === 'group' || !rollout || !place) {
      return html`<lab-group .rollouts=${group} .current=${rollout?.id}
        @openrollout=${(event: CustomEvent<string>) => this.#fire('openplace', { run, id: event.detail })}></lab-group>`
    }
    return this.#rollout(rollout, place)
  }

  #rollout(rollout: Rollout, place: RolloutPlace) {
    return html`${outcome(rollout)}
      ${rollout.errors.map((error) => html`<div class="notice"><b>${error.boundary}</b> ${visibleText(error.message.slice(0, 4000))}</div>`)}
      <div class="side"><div>${rewardTable(rollout, this.#partLinks(place))}</div><div>${answerTable(rollout)}</div></div>
      <lab-executions .connection=${this.model.connection} .place=${place} ?hasgold=${rollout.gold !== undefined}
        @showturn=${(event: CustomEvent<number>) => this.#showTurn(event.detail)}></lab-executions>
      ${rollout.segments.length > 1 ? this.#segments(rollout) : nothing}
      <lab-trace .run=${place.run} .rollout=${rollout} .tokenUpdate=${this.tokenUpdate} .index=${this.segment} .mode=${this.mode} ?rich=${this.rich} .labels=${this.labels}></lab-trace>
      <lab-threads .connection=${this.model.connection} .place=${place}
        @labelsread=${(event: CustomEvent<readonly Label[]>) => (this.labels = event.detail)}
        @showplace=${(event: CustomEvent<Label>) => this.#showLabel(event.detail)}></lab-threads>
      ${origin(rollout)}`
  }

  #segments(rollout: Rollout) {
    const options = rollout.segments.map(({ source, tokens }, index) =>
      html`<option value=${index} .selected=${index === this.segment}>${index + 1}: ${source}, ${unitsText(tokens.length, 'token')}</option>`)
    return html`<label>Segment <select
      @change=${(event: Event) => (this.segment = Number((event.currentTarget as HTMLSelectElement).value))}>${options}</select></label>`
  }

  #values(segment: Rollout['segments'][number]): TokenValues {
    return tokenValues(segment, this.segment === 0 ? this.tokenUpdate : undefined)
  }

  #modes(): ColourMode[] {
    const segment = this.#reading.rollout?.segments[this.segment]
    return segment ? availableModes(this.#values(segment)) : ['none']
  }

  #toolbar() {
    const { rollout, prompt } = this.#reading
    const segment = rollout?.segments[this.segment]
    const id = this.#subject ? visibleLine(this.#subject.problemId, 80) : ''
    const title = visibleLine(prompt.trim(), 60) || id
    const colour = (event: Event): void => this.#display({ mode: (event.currentTarget as HTMLSelectElement).value as ColourMode, rich: false })
    return html`<div class="toolbar" role="toolbar" aria-label="Rollout">
      <button type="button" class="tool back" title="Back to the list (Esc)"
        @click=${() => this.#fire('act', 'back')}>←<span class="visually-hidden"> Back to the list</span></button>
      <h2 title=${`Problem ${id}`}>${title}<span class="faint"> step ${this.#subject?.step ?? ''}${rollout ? ` · #${rollout.sampleIndex}` : ''}</span></h2>
      ${segment ? html`
        <label>Colour <select aria-label="Colour of tokens" @change=${colour}>${this.#modes().map(
          (mode) => html`<option value=${mode} .selected=${mode === this.mode}>${mode === 'none' ? 'none' : scaleOf(mode, this.#values(segment)).title}</option>`
        )}</select></label>
        <button type="button" class="tool" aria-pressed=${this.rich} title="Render Markdown and LaTeX (m)"
          @click=${() => this.#display({ mode: this.mode, rich: !this.rich })}>${this.rich ? 'Rendered' : 'Raw'}</button>
        <button type="button" class="tool" title="Fold or unfold all spans (z)" @click=${() => this.trace?.toggleAll()}>Fold</button>
        <button type="button" class="tool" aria-pressed=${this.marked !== undefined}
          title=${this.marked === undefined ? 'Mark for a comparison (d)' : 'Compare with the marked rollout (d)'}
          @click=${() => this.#fire('act', 'mark')}>${this.#markWord()}</button>
        <button type="button" class="tool" title="Open as a text document (o)" @click=${() => this.#fire('act', 'document')}>As text</button>
        <button type="button" class="tool" title="Label this rollout (l)" @click=${() => this.#fire('act', 'label')}>Label</button>
        <button type="button" class="tool" title="Copy a link to this rollout (y)" @click=${() => this.#fire('act', 'link')}>Link</button>` : nothing}
    </div>`
  }

  #markWord(): string {
    if (this.marked === undefined) return 'Mark'
    return isSamePlace(this.marked, this.#reading.place) ? 'Marked' : 'Compare'
  }

  #display(display: { mode: ColourMode; rich: boolean }): void {
    this.#fire('display', display)
  }

  #onTabKey(event: KeyboardEvent): void {
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (move === 0) return
    event.preventDefault()
    event.stopPropagation()
    const index = DETAIL_TABS.findIndex(([tab]) => tab === this.tab)
    this.#fire('tab', DETAIL_TABS[(index + move + DETAIL_TABS.length) % DETAIL_TABS.length]?.[0])
    void this.updateComplete.then(() => this.focusTab())
  }

  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

if (!customElements.get('lab-rollout-detail')) customElements.define('lab-rollout-detail', RolloutDetail)
