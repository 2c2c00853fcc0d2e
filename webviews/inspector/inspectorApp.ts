import { html, LitElement, nothing } from 'lit'
import type { RolloutFilter, SearchHit } from '../../trainer/protocol/rolloutViews.ts'
import { toViewError } from '../connection/viewError.ts'
import type { ViewError } from '../connection/viewError.ts'
import { sharedStyles } from '../controls/sharedStyles.ts'
import type { InspectorStart, RolloutPlace } from '../protocol/inspector.ts'
import { cheatSheet } from './cheatSheet.ts'
import { DetailModel } from './detail/detailModel.ts'
import { errorBox } from './detail/messages.ts'
import './detail/rolloutDetail.ts'
import type { DetailTab, RolloutDetail } from './detail/rolloutDetail.ts'
import { isSamePlace } from './detail/samePlace.ts'
import { inspectorHeader } from './inspectorHeader.ts'
import { inspectorStyles } from './inspectorStyles.ts'
import { begunSearch, isGroupRow, InspectorModel, NEWEST_FIRST } from './inspectorModel.ts'
import type { Connection } from './inspectorModel.ts'
import { keyAction } from './keyActions.ts'
import type { KeyAction } from './keyActions.ts'
import './list/listPane.ts'
import type { ListPane, Wanted } from './list/listPane.ts'
import type { RolloutList } from './list/rolloutList.ts'
import { LivePartials } from './live/livePartials.ts'
import './live/liveTexts.ts'
import { readSaved } from './savedState.ts'
import type { SavedState } from './savedState.ts'
import type { ColourMode } from './trace/tokenColours.ts'
import type { KeptReading } from './trace/traceView.ts'

/** Narrower pages show the list or the rollout, not both. */
const NARROW = 760
const LIVE_TICK_MS = 1000
const FOLLOW_PAUSE_MS = 150
/** The place is kept once scrolling or pointing has ended. */
const SETTLED_MS = 300

/** The trace inspector. */
export class InspectorApp extends LitElement {
  static override properties = {
    connection: { attribute: false }, version: { state: true }, selected: { state: true }, filtersOpen: { state: true }, helpOpen: { state: true }, narrow: { state: true },
    startError: { state: true }, said: { state: true }
  }
  static override styles = [sharedStyles, inspectorStyles]

  declare connection: Connection
  declare version: number
  declare selected: number
  declare filtersOpen: boolean
  declare helpOpen: boolean
  declare narrow: boolean
  declare startError: ViewError | undefined
  /** Last thing done, for the status line. */
  declare said: string

  #model: InspectorModel | undefined
  readonly #detail = new DetailModel(() => {
    this.requestUpdate()
    this.#save()
  })
  readonly #live = new LivePartials()
  #ticking: ReturnType<typeof setInterval> | undefined
  #resized: ResizeObserver | undefined
  #restoreTop: number | undefined
  #saving: ReturnType<typeof setTimeout> | undefined
  #drawing = false
  #generation = ''
  #finding: string | undefined

  constructor() {
    super()
    this.version = 0
    this.selected = -1
    this.filtersOpen = false
    this.helpOpen = false
    this.narrow = false
    this.said = ''
  }

  get #pane(): ListPane | null {
    return this.renderRoot.querySelector('lab-list-pane')
  }

  get #list(): RolloutList | null {
    return this.#pane?.list ?? null
  }

  get #detailView(): RolloutDetail | null {
    return this.renderRoot.querySelector('lab-rollout-detail')
  }

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('keydown', this.#onKey)
    this.#resized = new ResizeObserver(() => (this.narrow = this.clientWidth < NARROW))
    this.#resized.observe(this)
    void this.start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('keydown', this.#onKey)
    this.#resized?.disconnect()
    clearInterval(this.#ticking)
    clearTimeout(this.#saving)
  }

  /** Asks the host what to show, and shows it. */
  async start(): Promise<void> {
    this.startError = undefined
    try {
      const start = await this.connection.ask('ready', {})
      this.#begin(start)
    } catch (error) {
      this.startError = toViewError(error)
    }
  }

  #begin(start: InspectorStart): void {
    const model = new InspectorModel(this.connection, start.runs, () => this.#modelChanged())
    this.#model = model
    const saved = readSaved(start.saved)
    const fresh = start.rollout !== undefined || Object.keys(start.filter).length > 0
    if (saved && !fresh) this.#restore(model, saved)
    else {
      model.filter = start.filter
      model.follow = start.follow
      this.#detail.begin({ place: start.rollout })
    }
    this.connection.on('show', (what) => this.#show(what))
    this.connection.on('partial', (notice) => {
      this.#live.add(notice, Date.now())
      this.#redraw()
    })
    this.#ticking = setInterval(() => model.follow && this.#redraw(), LIVE_TICK_MS)
    void model.open().then(() => this.#revealPlace())
    model.shown.readAll()
  }

  #restore(model: InspectorModel, saved: SavedState): void {
    const { filter, sort, by, follow, typed, finding, top, filtersOpen, place, groupPlace, marked, tab, mode, rich, reading } = saved
    this.#finding = finding
    Object.assign(model, { filter, sort, by, follow, typed, ...(finding !== undefined && { search: begunSearch(finding) }) })
    this.#detail.begin({ place, groupPlace, marked, tab, mode, rich, reading })
    this.filtersOpen = filtersOpen
    this.#restoreTop = top
  }

  #save(): void {
    const model = this.#model
    if (!model) return
    const { filter, sort, by, follow, typed, search } = model
    this.connection.saveState({ version: 1, filter, sort, by, follow, typed, finding: search?.text, ...this.#detail.saved, filtersOpen: this.filtersOpen, top: this.#restoreTop ?? this.#list?.top ?? 0 } satisfies SavedState)
  }

  #modelChanged(): void {
    const model = this.#model
    if (model?.info && this.#restoreTop !== undefined) {
      const top = this.#restoreTop
      this.#restoreTop = undefined
      void this.updateComplete.then(() => this.#list?.scrollToTop(top))
    }
    if (model?.follow) this.#list?.scrollToTop(0)
    if (model?.search?.text !== this.#finding) {
      this.#finding = model?.search?.text
      this.#saveSoon()
    }
    const generation = model?.info ? `${model.info.view} ${model.info.generation}` : ''
    if (generation !== this.#generation) this.#generationChanged(generation)
    this.#redraw()
  }

  /** Rows moved: the one that is read is selected where it stands now. */
  #generationChanged(generation: string): void {
    const first = this.#generation === ''
    this.#generation = generation
    const { place } = this.#detail
    if (first || !place) return
    void this.#selectPlace(place)
  }

  /** Many notices, one drawing: of a list that follows some a second, since its notice, its rows and their labels come one by one. */
  #redraw(): void {
    if (this.#drawing) return
    this.#drawing = true
    const draw = (): void => {
      this.#drawing = false
      this.version++
    }
    if (this.#model?.follow) setTimeout(draw, FOLLOW_PAUSE_MS)
    else requestAnimationFrame(draw)
  }

  #show(what: { readonly filter?: RolloutFilter; readonly rollout?: RolloutPlace }): void {
    const listed = what.filter ? this.#change({ filter: what.filter }) : Promise.resolve()
    if (!what.rollout) return
    this.#detail.openRollout(what.rollout)
    void listed.then(() => this.#revealPlace())
  }

  /** Resolves when the list is there. */
  #change(wanted: Wanted): Promise<void> {
    this.selected = -1
    const listed = this.#model?.change(wanted) ?? Promise.resolve()
    if (wanted.filter || wanted.sort || wanted.by) this.#list?.scrollToTop(0)
    this.#save()
    return listed
  }

  async #revealPlace(): Promise<void> {
    const { place } = this.#detail
    if (place && (await this.#selectPlace(place)) && this.selected >= 0) this.#list?.reveal(this.selected)
  }

  /** Selects what is read where it stands in the list now; nothing where the list does not have it. False where people have gone on meanwhile. */
  async #selectPlace(place: RolloutPlace): Promise<boolean> {
    const position = await this.#model?.positionOf(place).catch(() => null)
    if (!isSamePlace(place, this.#detail.place)) return false
    this.selected = position ?? -1
    return true
  }

  #openRow(position: number): void {
    const row = this.#model?.pages.row(position)
    this.selected = position
    if (!row) return
    if (isGroupRow(row)) this.#detail.openGroup({ run: row.run, group: row.group, attempt: row.attempt })
    else this.#detail.openRollout({ run: row.run, id: row.id })
  }

  /** Moving along the list reads along, where there is room for both and something is being read. */
  #selectRow(position: number): void {
    this.selected = position
    if (!this.narrow && this.#detail.isOpen) this.#openRow(position)
  }

  #back(): void {
    this.#detail.back(this.narrow)
    void this.updateComplete.then(() => this.#list?.focusList())
  }

  /** A list that follows would move under the reader: it stays as it is from the moment it is scrolled. */
  #onUserScroll(): void {
    if (this.#model?.follow) {
      this.said = 'Following paused: the list stays as it is. Press f to follow again.'
      void this.#model.change({ follow: false })
    }
    this.#saveSoon()
  }

  #onReading(reading: KeptReading): void {
    this.#detail.kept = reading
    this.#saveSoon()
  }

  #saveSoon(): void {
    clearTimeout(this.#saving)
    this.#saving = setTimeout(() => this.#save(), SETTLED_MS)
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const action = keyAction(event)
    if (!action || !this.#model) return
    event.preventDefault()
    this.#act(action, this.#model)
  }

  #act(action: KeyAction, model: InspectorModel): void {
    const { place, rich } = this.#detail
    const actions: Record<KeyAction, () => void> = {
      next: () => this.#list?.moveSelection(1),
      previous: () => this.#list?.moveSelection(-1),
      open: () => this.selected >= 0 && this.#openRow(this.selected),
      back: () => this.#back(),
      group: () => this.#setTab('group'),
      rollout: () => this.#setTab('rollout'),
      history: () => this.#setTab('history'),
      listBy: () => void this.#change({ by: model.by === 'groups' ? 'rollouts' : 'groups' }),
      text: () => this.#pane?.focusText(),
      filters: () => this.#toggleFilters(),
      follow: () => this.#toggleFollow(model),
      colour: () => this.#detailView?.nextMode(),
      render: () => this.#detail.display({ rich: !rich }),
      fold: () => this.#detailView?.trace?.toggleAll(),
      mark: () => void this.#mark(),
      document: () => place && void this.#do(this.connection.ask('openDocument', place), 'Opened as a text document.'),
      label: () => place && void this.#do(this.connection.ask('labelRollout', place), 'Opened in the labeller.'),
      link: () => place && void this.#do(this.connection.ask('copyLink', place), 'Link copied.'),
      attempt: () => this.#detailView?.executions?.openFiles(),
      gold: () => this.#detailView?.executions?.diffGold(),
      runAgain: () => this.#detailView?.executions?.runAgain(),
      help: () => (this.helpOpen = !this.helpOpen)
    }
    actions[action]()
  }

  #setTab(tab: DetailTab): void {
    if (this.selected >= 0 && !this.#detail.isOpen) this.#openRow(this.selected)
    this.#detail.setTab(tab)
  }

  #toggleFilters(): void {
    this.filtersOpen = !this.filtersOpen
    this.#save()
  }

  #toggleFollow(model: InspectorModel): void {
    const follow = !model.follow
    this.said = follow ? 'Following the newest rollouts.' : 'Not following.'
    void this.#change({ follow, ...(follow && { sort: NEWEST_FIRST }) })
  }

  async #mark(): Promise<void> {
    const marked = this.#detail.mark()
    if (marked === 'marked') this.said = 'Marked. Open another rollout and press d to compare.'
    else if (marked === 'unmarked') this.said = 'No longer marked.'
    else if (marked) await this.#do(this.connection.ask('openDiff', marked), 'Comparison opened.')
  }

  async #do(asked: Promise<null>, done: string): Promise<void> {
    try {
      await asked
      this.said = done
    } catch (error) {
      const { message, remedy } = toViewError(error)
      this.said = `${message} ${remedy}`
    }
  }

  override updated(): void {
    const dialog = this.renderRoot.querySelector<HTMLDialogElement>('dialog.keys')
    if (this.helpOpen && dialog && !dialog.open) dialog.showModal()
  }

  override render() {
    const model = this.#model
    if (this.startError) return html`<div class="whole">${errorBox(this.startError, () => void this.start())}</div>`
    if (!model) return html`<div class="whole faint" role="status">Opening the run…</div>`
    const one = this.narrow ? (this.#detail.inFront ? 'detail' : 'list') : 'both'
    return html`${inspectorHeader(model, this.filtersOpen, {
        listBy: (by) => void this.#change({ by }), follow: () => this.#toggleFollow(model), filters: () => this.#toggleFilters(), help: () => (this.helpOpen = true)
      })}
      <main class="panes ${one}">
        <lab-list-pane ?hidden=${one === 'detail'} .model=${model} .version=${this.version} .selected=${this.selected} ?filtersOpen=${this.filtersOpen}
          @listchange=${(event: CustomEvent<Wanted>) => void this.#change(event.detail)} @rowopen=${(event: CustomEvent<number>) => this.#openRow(event.detail)}
          @rowselect=${(event: CustomEvent<number>) => this.#selectRow(event.detail)} @userscroll=${() => this.#onUserScroll()} @typed=${() => this.#saveSoon()} @openhit=${(event: CustomEvent<SearchHit>) => this.#openHit(event.detail)}></lab-list-pane>
        <div class="detail-pane" @reading=${(event: CustomEvent<KeptReading>) => this.#onReading(event.detail)} ?hidden=${one === 'list'}>${this.#detailPane(model)}</div>
      </main>
      <footer><span role="status">${this.said}</span><span class="faint">? for keys</span></footer>
      ${this.helpOpen ? cheatSheet(() => (this.helpOpen = false)) : nothing}`
  }

  #detailPane(model: InspectorModel) {
    const { place, groupPlace, tab, mode, rich, at, kept, marked } = this.#detail
    if (!this.#detail.isOpen) {
      const texts = this.#live.at(Date.now())
      if (texts.length > 0) return html`<lab-live-texts .texts=${texts}></lab-live-texts>`
    }
    return html`<lab-rollout-detail .model=${model} .place=${place} .groupPlace=${groupPlace} .tab=${tab} .mode=${mode} ?rich=${rich} .at=${at} .kept=${kept} .marked=${marked} ?narrow=${this.narrow}
      @tab=${(event: CustomEvent<DetailTab>) => this.#setTab(event.detail)} @openplace=${(event: CustomEvent<RolloutPlace>) => this.#detail.openRollout(event.detail, 'rollout')}
      @display=${(event: CustomEvent<{ mode: ColourMode; rich: boolean }>) => this.#detail.display(event.detail)}
      @act=${(event: CustomEvent<'back' | 'mark' | 'document' | 'link' | 'label'>) => this.#act(event.detail, model)}></lab-rollout-detail>`
  }

  #openHit(hit: SearchHit): void {
    this.#detail.openRollout({ run: hit.run, id: hit.id }, 'rollout', hit.segment === 0 ? hit.at : -1)
    // Rows may have moved since it was found.
    void this.#revealPlace()
  }
}

if (!customElements.get('lab-inspector')) customElements.define('lab-inspector', InspectorApp)
