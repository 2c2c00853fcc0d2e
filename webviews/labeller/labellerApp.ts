import { html, LitElement, nothing } from 'lit'
import { errorBox } from '../inspector/detail/messages.ts'
import { unitsText } from '../inspector/rowText.ts'
import type { ViewConnection } from '../connection/connectView.ts'
import { toViewError } from '../connection/viewError.ts'
import type { ViewError } from '../connection/viewError.ts'
import { sharedStyles } from '../controls/sharedStyles.ts'
import type { LabellerNotices, LabellerRequests } from '../protocol/labeller.ts'
import { visibleLine, visibleText } from '../protocol/visibleText.ts'
import './agreement/agreementDialog.ts'
import { actionOf } from './keyGrammar.ts'
import type { LabellerAction } from './keyGrammar.ts'
import type { OpenItem, Said } from './item/openItem.ts'
import { LabellerModel } from './labellerModel.ts'
import { labellerStyles } from './labellerStyles.ts'
import { cheatSheet } from './parts/cheatSheet.ts'
import { judgementPanel } from './parts/judgementPanel.ts'
import { labellerHeader } from './parts/labellerHeader.ts'
import { pairView } from './parts/pairView.ts'
import { traceSteps } from './parts/traceSteps.ts'

/** Of a folded prompt. */
const PROMPT_ENDING = 400
const PROMPT_UNITS = 100_000

/** The labeller: one item after the other, by keyboard. */
export class LabellerApp extends LitElement {
  static override properties = { connection: { attribute: false }, version: { state: true }, startError: { state: true }, helpOpen: { state: true }, agreementOpen: { state: true }, rich: { state: true }, promptOpen: { state: true } }
  static override styles = [sharedStyles, labellerStyles]

  declare connection: ViewConnection<LabellerRequests, LabellerNotices>
  declare version: number
  declare startError: ViewError | undefined
  declare helpOpen: boolean
  declare agreementOpen: boolean
  /** Markdown and LaTeX are drawn. */
  declare rich: boolean
  declare promptOpen: boolean
  #model: LabellerModel | undefined
  /** What had the focus by the last drawing, so that it moves only where the labeler moved. */
  #focused = ''

  constructor() {
    super()
    this.version = 0
    this.helpOpen = false
    this.agreementOpen = false
    this.rich = false
    this.promptOpen = true
  }

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('keydown', this.#onKey)
    for (const sign of ['keydown', 'mousemove', 'wheel']) window.addEventListener(sign, this.#alive, { passive: true })
    void this.start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('keydown', this.#onKey)
    for (const sign of ['keydown', 'mousemove', 'wheel']) window.removeEventListener(sign, this.#alive)
  }

  readonly #alive = (): void => this.#model?.alive()

  /** Asks the host what to label, and begins. */
  async start(): Promise<void> {
    this.startError = undefined
    try {
      const start = await this.connection.ask('ready', {})
      this.#model = new LabellerModel(this.connection, start, () => this.version++)
      await this.#model.begin()
    } catch (error) {
      this.startError = toViewError(error)
    }
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const model = this.#model
    const target = event.composedPath()[0]
    if (!model || event.defaultPrevented || this.helpOpen || this.agreementOpen || (target instanceof HTMLElement && target.closest('dialog'))) return
    const action = actionOf(event, whereIs(target))
    if (!action) return
    event.preventDefault()
    this.#act(action, model)
  }

  #act(action: LabellerAction, model: LabellerModel): void {
    const say = (saying: (open: OpenItem) => Said): void => model.act(saying)
    const move = (by: number): void => say((open) => void open.move(by))
    const actions: Record<LabellerAction['do'], () => unknown> = {
      up: () => move(-1), down: () => move(1), first: () => move(-Infinity), last: () => move(Infinity),
      previousItem: () => model.go(-1), nextItem: () => model.go(1), commit: () => model.commit(), complete: () => model.complete(), undo: () => model.undo(),
      help: () => (this.helpOpen = !this.helpOpen), leave: () => say((open) => void (open.writing = undefined)),
      rate: () => say((open) => (action.do === 'rate' ? open.rate(action.rating) : undefined)), digit: () => say((open) => (action.do === 'digit' ? open.digit(action.digit) : undefined)),
      flag: () => say((open) => open.flag()), critique: () => say((open) => open.write('critique', model.settings.blind)), better: () => say((open) => open.write('better', model.settings.blind)),
      verdict: () => say((open) => open.nextVerdict()), noneWrong: () => say((open) => open.noneWrong()),
      accept: () => this.#unhidden(model, (open) => open.accept()), reject: () => this.#unhidden(model, (open) => open.reject()), suggest: () => model.suggest(),
      blind: () => model.toggleBlind(), render: () => (this.rich = !this.rich), document: () => model.openDocument(), prompt: () => (this.promptOpen = !this.promptOpen), agreement: () => (this.agreementOpen = true)
    }
    actions[action.do]()
  }

  /** Nobody decides on what is hidden. */
  #unhidden(model: LabellerModel, saying: (open: OpenItem) => Said): void {
    if (model.settings.blind) model.say('Blind mode hides drafts: i shows everything.')
    else model.act(saying)
  }

  override updated(): void {
    const dialog = this.renderRoot.querySelector<HTMLDialogElement>('dialog.keys')
    if (this.helpOpen && dialog && !dialog.open) dialog.showModal()
    this.#focusPlace()
  }

  /** The focus follows the cursor, and the text that is being written. */
  #focusPlace(): void {
    const open = this.#model?.open
    const place = open ? `${open.item.rollout.id} ${open.item.other?.id ?? ''} ${open.cursor} ${open.writing ?? ''}` : ''
    if (place === this.#focused || this.helpOpen || this.agreementOpen) return
    this.#focused = place
    const writing = this.renderRoot.querySelector<HTMLTextAreaElement>('#writing')
    const row = this.renderRoot.querySelector<HTMLElement>('[data-row].here')
    const target = writing ?? row
    target?.focus({ preventScroll: true })
    writing?.setSelectionRange(writing.value.length, writing.value.length)
    target?.scrollIntoView({ block: 'nearest' })
  }

  override render() {
    const model = this.#model
    if (this.startError) return html`<div class="whole">${errorBox(this.startError, () => void this.start())}</div>`
    if (!model) return html`<div class="whole faint" role="status">Opening the run…</div>`
    return html`${labellerHeader(model, { agreement: () => (this.agreementOpen = true), help: () => (this.helpOpen = true) })}
      ${this.#body(model)}
      <footer><span role="status">${model.writing ? 'Writing…' : model.said}</span><span class="faint">+ 0 − u rate · c critique · Ctrl+Enter completes · z undo · ? keys</span></footer>
      ${this.agreementOpen ? this.#agreement(model) : nothing}
      ${this.helpOpen ? cheatSheet(() => (this.helpOpen = false)) : nothing}`
  }

  #agreement(model: LabellerModel) {
    const close = (): void => void (this.agreementOpen = false)
    return html`<lab-agreement .connection=${this.connection} .run=${model.start.run.directory} ?blind=${model.settings.blind} @close=${close}
      @openrollout=${(event: CustomEvent<string>) => (close(), void model.show({ rollout: event.detail, qualityControl: false }))}></lab-agreement>`
  }

  #body(model: LabellerModel) {
    const { open, error, loading } = model
    if (error) return html`<main class="whole">${errorBox(error, () => void model.retry())}</main>`
    if (!open) return html`<main class="whole faint" role="status">${loading ? 'Reading…' : 'Nothing is left to label in this queue. Choose another one above.'}</main>`
    const { blind } = model.settings
    const look = { rich: this.rich, blind }
    const typed = (text: string): void => model.act((item) => void item.typed(text))
    // After a click the keys belong to the row again, not to the button.
    const click = (saying: (item: OpenItem) => Said): void => {
      this.#focused = ''
      model.act(saying)
    }
    const digit = (row: number, option: number): void => click((item) => (item.moveTo(row), item.digit(option)))
    const point = (row: number): void => click((item) => void item.moveTo(row))
    const left = open.pair ? pairView(open, look) : traceSteps(open, look, { point, typed, rate: (row, rating) => click((item) => (item.moveTo(row), item.rate(rating))) })
    return html`<main class=${open.pair ? 'of-pair' : ''} aria-busy=${loading}>
      <div class="left">${this.#prompt(open)}${this.#segments(model, open)}${left}</div>
      <aside aria-label="Judgement">${judgementPanel(open, blind, { point, digit, typed, noneWrong: () => click((item) => item.noneWrong()), flag: () => click((item) => item.flag()), answer: (row, value) => click((item) => void item.answer(row, value)) })}</aside>
    </main>`
  }

  #prompt(open: OpenItem) {
    const { text } = open.text.samplePrompt
    return html`<section class="prompt"><button type="button" class="fold" aria-expanded=${this.promptOpen} title="Fold the prompt (p)" @click=${() => (this.promptOpen = !this.promptOpen)}>
        <span aria-hidden="true">${this.promptOpen ? '▾' : '▸'}</span> <b>Problem</b> <span class="faint">${visibleLine(open.item.rollout.problemId, 60)} · ${unitsText(text.length, 'character')}</span></button>
      <div class="text raw ${this.promptOpen ? '' : 'folded'}">${visibleText(this.promptOpen ? text.slice(0, PROMPT_UNITS) : text.slice(-PROMPT_ENDING))}</div></section>`
  }

  #segments(model: LabellerModel, open: OpenItem) {
    const { segments } = open.item.rollout
    if (segments.length < 2 || open.pair) return nothing
    return html`<label>Segment <select @change=${(event: Event) => void model.chooseSegment(Number((event.currentTarget as HTMLSelectElement).value))}>${segments.map(
      (segment, index) => html`<option value=${index} .selected=${index === open.segment}>${index + 1}: ${segment.source}</option>`
    )}</select></label>`
  }
}

function whereIs(target: EventTarget | undefined): 'text' | 'control' | 'page' {
  if (target instanceof HTMLTextAreaElement) return 'text'
  if (target instanceof HTMLInputElement) return target.type === 'checkbox' ? 'control' : 'text'
  return target instanceof HTMLElement && target.closest('button, select, summary') ? 'control' : 'page'
}

if (!customElements.get('lab-labeller')) customElements.define('lab-labeller', LabellerApp)
