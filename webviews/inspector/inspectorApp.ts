import { html, LitElement, nothing } from 'lit'
import type { RolloutFilter, SearchHit } from '../../trainer/protocol/rolloutViews.ts'
import { errorWords, toViewError } from '../connection/viewError.ts'
import type { ViewError } from '../connection/viewError.ts'
import { sharedStyles } from '../controls/sharedStyles.ts'
import type { InspectorStart, RolloutPlace } from '../protocol/inspector.ts'
import { cheatSheet } from './cheatSheet.ts'
import { DetailModel } from './detail/detailModel.ts'
import { errorBox } from './detail/messages.ts'
import './detail/rolloutDetail.ts'
import type { DetailTab, RolloutDetail } from './detail/rolloutDetail.ts'
import { inspectorHeader } from './inspectorHeader.ts'
import { inspectorStyles } from './inspectorStyles.ts'
import { InspectorModel, NEWEST_FIRST } from './inspectorModel.ts'
import type { Connection } from './inspectorModel.ts'
import { KeptView } from './keptView.ts'
import { keyAction } from './keyActions.ts'
import type { KeyAction } from './keyActions.ts'
import './list/listPane.ts'
import type { ListPane, Wanted } from './list/listPane.ts'
import type { RolloutList } from './list/rolloutList.ts'
import { ListSelection } from './listSelection.ts'
import { LivePartials } from './live/livePartials.ts'
import './live/liveTexts.ts'
import { NarrowPage } from './narrowPage.ts'
import { Redrawing } from './redrawing.ts'
import type { ColourMode } from './trace/tokenColours.ts'
import type { KeptReading } from './trace/traceView.ts'

/** The trace inspector. */
export class InspectorApp extends LitElement {
  static override properties = {
    connection: { attribute: false }, filtersOpen: { state: true }, helpOpen: { state: true }, startError: { state: true }, said: { state: true }
  }
  static override styles = [sharedStyles, inspectorStyles]

  declare connection: Connection
  declare filtersOpen: boolean
  declare helpOpen: boolean
  declare startError: ViewError | undefined
  /** Last thing done, for the status line. */
  declare said: string

  #model: InspectorModel | undefined
  readonly #detail = new DetailModel(() => {
    this.requestUpdate()
    this.#kept.save()
  })
  readonly #selection = new ListSelection({
    list: () => this.#model, detail: this.#detail, reveal: (position) => this.#list?.reveal(position), onChange: () => this.requestUpdate()
  })
  readonly #live = new LivePartials()
  readonly #kept = new KeptView(this, { model: () => this.#model, detail: this.#detail, list: () => this.#list })
  readonly #drawing = new Redrawing(this, () => this.#model?.follow === true)
  readonly #width = new NarrowPage(this)

  constructor() {
    super()
    this.filtersOpen = false
    this.helpOpen = false
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
    void this.start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('keydown', this.#onKey)
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
    this.#kept.begin(model, start)
    this.connection.on('show', (what) => this.#show(what))
    this.connection.on('partial', (notice) => {
      this.#live.add(notice, Date.now())
      this.#drawing.soon()
    })
    void model.open().then(() => this.#selection.revealPlace())
    model.shown.readAll()
  }

  #modelChanged(): void {
    this.#kept.modelChanged()
    if (this.#model?.follow) this.#list?.scrollToTop(0)
    this.#selection.listChanged()
    this.#drawing.soon()
  }

  #show(what: { readonly filter?: RolloutFilter; readonly rollout?: RolloutPlace }): void {
    const listed = what.filter ? this.#change({ filter: what.filter }) : Promise.resolve()
    if (!what.rollout) return
    this.#detail.openRollout(what.rollout)
    void listed.then(() => this.#selection.revealPlace())
  }

  /** Resolves when the list is there. */
  #change(wanted: Wanted): Promise<void> {
    this.#selection.clear()
    const listed = this.#model?.change(wanted) ?? Promise.resolve()
    if (wanted.filter || wanted.sort || wanted.by) this.#list?.scrollToTop(0)
    this.#kept.save()
    return listed
  }

  #back(): void {
    this.#selection.giveUp()
    this.#detail.back(this.#width.narrow)
    void this.updateComplete.then(() => this.#list?.focusList())
  }

  /** A list that follows would move under the reader: it stays as it is from the moment it is scrolled, or that a row is chosen by keys. */
  #onUserScroll(): void {
    if (this.#model?.follow) {
      this.said = 'Following paused: the list stays as it is. Press f to follow again.'
      void this.#model.change({ follow: false })
    }
    this.#kept.saveSoon()
  }

  #onReading(reading: KeptReading): void {
    this.#detail.kept = reading
    this.#kept.saveSoon()
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
      open: () => this.#selection.openSelected(),
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
    if (!this.#detail.isOpen) this.#selection.openSelected(tab)
    this.#detail.setTab(tab)
  }

  #toggleFilters(): void {
    this.filtersOpen = !this.filtersOpen
    this.#kept.save()
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
      this.said = errorWords(error)
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
    const one = this.#width.narrow ? (this.#detail.inFront ? 'detail' : 'list') : 'both'
    return html`${inspectorHeader(model, this.filtersOpen, {
        listBy: (by) => void this.#change({ by }), follow: () => this.#toggleFollow(model), filters: () => this.#toggleFilters(), help: () => (this.helpOpen = true)
      })}
      <main class="panes ${one}">
        <lab-list-pane ?hidden=${one === 'detail'} .model=${model} .version=${this.#drawing.version} .selected=${this.#selection.position} ?filtersOpen=${this.filtersOpen}
          @listchange=${(event: CustomEvent<Wanted>) => void this.#change(event.detail)} @rowopen=${(event: CustomEvent<number>) => this.#selection.open(event.detail)}
          @rowselect=${(event: CustomEvent<number>) => this.#selection.move(event.detail, this.#width.narrow)} @userscroll=${() => this.#onUserScroll()} @typed=${() => this.#kept.saveSoon()} @openhit=${(event: CustomEvent<SearchHit>) => this.#openHit(event.detail)}></lab-list-pane>
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
    return html`<lab-rollout-detail .model=${model} .place=${place} .groupPlace=${groupPlace} .tab=${tab} .mode=${mode} ?rich=${rich} .at=${at} .kept=${kept} .marked=${marked} ?narrow=${this.#width.narrow}
      @tab=${(event: CustomEvent<DetailTab>) => this.#setTab(event.detail)} @openplace=${(event: CustomEvent<RolloutPlace>) => this.#detail.openRollout(event.detail, 'rollout')}
      @display=${(event: CustomEvent<{ mode: ColourMode; rich: boolean }>) => this.#detail.display(event.detail)}
      @act=${(event: CustomEvent<'back' | 'mark' | 'document' | 'link' | 'label'>) => this.#act(event.detail, model)}></lab-rollout-detail>`
  }

  #openHit(hit: SearchHit): void {
    this.#detail.openRollout({ run: hit.run, id: hit.id }, 'rollout', hit.segment === 0 ? hit.at : -1)
    // Rows may have moved since it was found.
    void this.#selection.revealPlace()
  }
}

if (!customElements.get('lab-inspector')) customElements.define('lab-inspector', InspectorApp)
