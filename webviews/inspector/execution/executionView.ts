import { html, LitElement, nothing } from 'lit'
import type { PropertyValues } from 'lit'
import type { ExecutionCard } from '../../../trainer/protocol/rolloutViews.ts'
import { toViewError } from '../../connection/viewError.ts'
import type { ViewError } from '../../connection/viewError.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import type { RolloutPlace, RunAgain } from '../../protocol/inspector.ts'
import { visibleLine, visibleText } from '../../protocol/visibleText.ts'
import { detailStyles } from '../detail/detailStyles.ts'
import { errorBox } from '../detail/messages.ts'
import { isSamePlace } from '../detail/samePlace.ts'
import type { Connection } from '../inspectorModel.ts'
import { countText, unitsText, verdictClass, verdictSign } from '../rowText.ts'
import { ExecutionModel, TESTS_PAGE } from './executionModel.ts'
import { executionStyles } from './executionStyles.ts'
import { againText, costText, failureText, languageWord, limitWord, passText, signalWord, testVerdictWord } from './executionWords.ts'
import { testTable } from './testTable.ts'

/**
 * How the programs of a rollout did: verdict of each test, marks of cheating, limits, and a second execution; nothing where a
 * completion is no program. Fires `showturn` with a turn whose place in the trace is to be shown.
 */
export class ExecutionView extends LitElement {
  static override properties = {
    connection: { attribute: false }, place: { attribute: false }, hasGold: { type: Boolean }, open: { state: true }, error: { state: true }
  }
  static override styles = [sharedStyles, detailStyles, executionStyles]

  declare connection: Connection
  declare place: RolloutPlace
  /** Whether the problem's own solution was recorded. */
  declare hasGold: boolean
  /** Tests whose texts are shown. */
  declare open: ReadonlySet<number>
  declare error: ViewError | undefined
  #model: ExecutionModel | undefined

  constructor() {
    super()
    this.hasGold = false
    this.open = new Set()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#model?.close()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('place')
    if (!changed.has('place') || isSamePlace(before, this.place)) return
    this.#model ??= new ExecutionModel(this.connection, () => this.requestUpdate())
    this.open = new Set()
    this.error = undefined
    void this.#model.open(this.place)
  }

  openFiles(): void {
    this.#ask('openAttempt', {})
  }

  diffGold(): void {
    if (this.hasGold) this.#ask('diffGold', {})
  }

  runAgain(): void {
    if (this.#model?.card) void this.#model.runAgain()
  }

  override render() {
    const model = this.#model
    if (!model) return nothing
    if (model.error) return errorBox(model.error, () => void model.retry())
    const { card } = model
    if (!card) return nothing
    return html`${this.#head(model, card)}${notices(card)}${this.#tools(model, card)}${secondRun(model)}${this.#tests(model, card)}`
  }

  #head(model: ExecutionModel, card: ExecutionCard) {
    const { cards = [] } = model
    const failed = card.failure === null ? failureText(card) : ''
    return html`<div class="head"><h3>Execution</h3>
        ${cards.length > 1 ? html`<span class="turns" role="group" aria-label="Turn">${cards.map((each) => this.#turn(model, each))}</span>` : nothing}
        <b class="verdict ${verdictClass(isRight(card))}">${passText(card)}</b>${failed === '' ? nothing : html`<span>${failed}</span>`}</div>
      <div class="facts faint"><span>${languageWord(card.language)} in ${visibleLine(card.backend, 40)}</span>${costText(card).map((text) => html`<span>${text}</span>`)}
        ${card.limitsHit.length === 0 ? nothing : html`<span class="alarming">limits hit: ${card.limitsHit.map(limitWord).join(', ')}</span>`}</div>`
  }

  #turn(model: ExecutionModel, card: ExecutionCard) {
    const { turn, tests, byVerdict } = card
    const right = isRight(card)
    const sign = html`<span aria-hidden="true" class=${verdictClass(right)}>${verdictSign(right)}</span>`
    const passed = `${countText(byVerdict.pass)}/${countText(tests)}`
    return html`<button type="button" aria-pressed=${turn === model.turn} @click=${() => this.#chooseTurn(model, turn)}>Turn ${turn} ${sign} ${passed}</button>`
  }

  #chooseTurn(model: ExecutionModel, turn: number): void {
    this.open = new Set()
    void model.chooseTurn(turn)
  }

  #tools(model: ExecutionModel, { files }: ExecutionCard) {
    const gold = this.hasGold ? 'The attempt beside the problem’s own solution (x)' : 'The problem’s own solution was not recorded'
    const showTurn = (): unknown => this.dispatchEvent(new CustomEvent('showturn', { detail: model.turn }))
    const showFailing = (event: Event): void => void model.showFailing((event.currentTarget as HTMLInputElement).checked)
    return html`<div class="tools" role="toolbar" aria-label="Attempt">
        <button type="button" class="tool" title="Files of the attempt in the editor (a)"
          @click=${() => this.openFiles()}>Open ${files.length > 1 ? unitsText(files.length, 'file') : 'file'}</button>
        <button type="button" class="tool" title=${gold} ?disabled=${!this.hasGold} @click=${() => this.diffGold()}>Diff against gold</button>
        ${model.running
          ? html`<button type="button" class="tool" @click=${() => model.cancel()}>Cancel</button><span class="faint" role="status">Running in the sandbox…</span>`
          : html`<button type="button" class="tool" title="Execute it once more in the sandbox; nothing of it is recorded (t)"
              @click=${() => this.runAgain()}>Run again</button>`}
        <button type="button" class="tool" title="Where this turn stands in the trace" @click=${showTurn}>Show in trace</button>
        <label><input type="checkbox" .checked=${model.failingOnly} @change=${showFailing}>only failing tests</label></div>
      ${files.length > 1 ? html`<div class="files">${files.map((file, index) => this.#file(file, index))}</div>` : nothing}
      ${this.error ? alertBox(this.error) : nothing}`
  }

  #file({ path, characters }: ExecutionCard['files'][number], file: number) {
    return html`<button type="button" class="link" title=${unitsText(characters, 'character')}
      @click=${() => this.#ask('openAttempt', { file })}>${visibleLine(path, 120)}</button>`
  }

  #tests(model: ExecutionModel, card: ExecutionCard) {
    const { tests, count, again } = model
    if (card.tests === 0) return nothing
    if (count === 0) return html`<p class="faint">${model.failingOnly ? 'Every test passes.' : 'Reading the tests…'}</p>`
    const left = count - tests.length
    const table = testTable({
      tests, open: this.open, again: again && new Map(again.tests.map((test) => [test.index, test])),
      toggle: (index) => this.#toggle(index), openTest: (index) => this.#ask('openTest', { index })
    })
    const more = `Show ${countText(Math.min(left, TESTS_PAGE))} more of ${unitsText(left, 'test')}`
    return html`${table}${left > 0 ? html`<button type="button" class="link" @click=${() => void model.more()}>${more}</button>` : nothing}`
  }

  #toggle(index: number): void {
    const open = new Set(this.open)
    if (!open.delete(index)) open.add(index)
    this.open = open
  }

  #ask(name: 'openAttempt' | 'diffGold' | 'openTest', more: { readonly file?: number; readonly index?: number }): void {
    const attempt = this.#model?.attempt
    if (!attempt || !this.#model?.card) return
    this.error = undefined
    const asked = this.connection.ask(name, { ...attempt, ...more } as typeof attempt & { readonly index: number })
    asked.catch((error: unknown) => (this.error = toViewError(error)))
  }
}

/** null = the machine failed. */
const isRight = ({ failure, tests, byVerdict }: ExecutionCard): boolean | null => (failure === null ? tests > 0 && byVerdict.pass === tests : null)

const alertBox = ({ message, remedy }: ViewError) => html`<div class="notice" role="alert"><b>${visibleText(message)}</b>${visibleText(remedy)}</div>`

function notices({ failure, signals }: ExecutionCard) {
  const marks = signals.map(({ kind, why }) => html`<li><b>${signalWord(kind)}</b> ${visibleText(why)}</li>`)
  return html`${failure === null ? nothing : html`<div class="notice"><b>Not executed</b>${visibleText(failure)} It counts neither as right nor as wrong.</div>`}
    ${marks.length === 0 ? nothing : html`<div class="notice"><b>Marks of cheating</b><ul>${marks}</ul></div>`}`
}

function secondRun({ again, againError }: ExecutionModel) {
  if (againError) return alertBox(againError)
  if (!again) return nothing
  const { failure } = again.card
  const calm = failure === null && again.changedCount === 0
  return html`<div class=${calm ? 'faint' : 'notice'} role="status"><b>${againText(again)}</b>${failure === null ? nothing : visibleText(failure)}${changes(again)}</div>`
}

function changes({ changed, changedCount }: RunAgain) {
  if (changedCount === 0) return nothing
  const told = changed.map(({ name, before, after }) =>
    html`<li>${visibleLine(name, 160)}: ${before === 'absent' ? 'no such test' : testVerdictWord(before)} → ${testVerdictWord(after)}</li>`)
  return html`<ul>${told}
    ${changedCount > changed.length ? html`<li>${countText(changedCount - changed.length)} more</li>` : nothing}</ul>`
}

if (!customElements.get('lab-executions')) customElements.define('lab-executions', ExecutionView)
