import { css, html, LitElement, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import type { Label } from '../../../trainer/protocol/label.ts'
import type { Rollout } from '../../../trainer/protocol/rollout.ts'
import type { TokenUpdate } from '../../../trainer/protocol/tokenUpdate.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import type { RolloutPlace } from '../../protocol/inspector.ts'
import { visibleText } from '../../protocol/visibleText.ts'
import { ratingsByStep } from '../threads/ratingSummary.ts'
import { countText, unitsText, verdictClass, verdictSign } from '../rowText.ts'
import { LONGEST_RICH, richText } from './richText.ts'
import './tokenLegend.ts'
import './tokenText.ts'
import { tokenValues } from './tokenColours.ts'
import type { ColourMode, TokenValues } from './tokenColours.ts'
import type { TokenRange } from './tokenText.ts'
import { layoutTrace, tokenAt, turnStarts } from './traceLayout.ts'
import type { TracePart, TraceSpan } from './traceLayout.ts'
import { traceStyles } from './traceStyles.ts'

/** Units shown at first, and added by each "show more". */
const SHOWN_UNITS = 300_000

/** How a rollout was read: its segment, spans that were folded, and the token at the cursor; −1 = none. */
export interface KeptReading extends RolloutPlace {
  readonly segment?: number
  readonly folded: readonly string[]
  readonly cursor: number
}

type Segment = Rollout['segments'][number]

/** At a step; all are listed below the trace. */
const RATINGS_SHOWN = 5

/** One segment of a rollout: prompt, then its spans, folded or not, token by token or rendered. Fires `reading`, which leaves shadow roots, with a KeptReading. */
export class TraceView extends LitElement {
  static override properties = {
    run: {}, rollout: { attribute: false }, tokenUpdate: { attribute: false }, index: { type: Number }, labels: { attribute: false }, mode: {}, rich: { type: Boolean }, folded: { state: true }, shown: { state: true }, cursor: { state: true }
  }
  static override styles = [sharedStyles, traceStyles, css`:host { display: block; }`]

  /** Run of the rollout. */
  declare run: string
  declare rollout: Rollout
  /** What its update made of the tokens of the first segment, where that is known. */
  declare tokenUpdate: TokenUpdate | undefined
  /** Which segment of the rollout. */
  declare index: number
  /** What was said of the rollout: ratings stand at their steps. */
  declare labels: readonly Label[]
  declare mode: ColourMode
  declare rich: boolean
  declare folded: ReadonlySet<string>
  declare shown: number
  declare cursor: number

  #values: TokenValues = { logprob: [], entropy: [], mask: [] }
  #parts: readonly TracePart[] = []
  #turns: readonly number[] = [0]
  #ranges = new Map<string, TokenRange>()
  #rich = new Map<string, HTMLElement>()
  #rated: ReturnType<typeof ratingsByStep> = new Map()

  constructor() {
    super()
    this.run = ''
    this.index = 0
    this.labels = []
    this.mode = 'none'
    this.rich = false
    this.folded = new Set(['prompt'])
    this.shown = SHOWN_UNITS
    this.cursor = -1
  }

  get #segment(): Segment | undefined {
    return this.rollout.segments[this.index]
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const segment = this.#segment
    if (changed.has('labels') || changed.has('index')) this.#rated = ratingsByStep(this.labels, this.index)
    if (segment && (changed.has('rollout') || changed.has('index') || changed.has('tokenUpdate'))) {
      this.#values = tokenValues(segment, this.index === 0 ? this.tokenUpdate : undefined)
      this.#ranges.clear()
    }
    if (!segment || !(changed.has('rollout') || changed.has('index'))) return
    this.#parts = layoutTrace(segment, this.index === 0 ? this.rollout.steps : [])
    this.#turns = turnStarts(segment)
    // The same rollout, completed as its step goes on: where the reader is stays.
    if (!changed.has('run') && !changed.has('index') && changed.get('rollout')?.id === this.rollout.id) return
    this.#rich.clear()
    this.shown = SHOWN_UNITS
    this.cursor = -1
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('rollout') || !(changed.has('folded') || changed.has('cursor') || changed.has('index'))) return
    const detail: KeptReading = { run: this.run, id: this.rollout.id, segment: this.index, folded: [...this.folded], cursor: this.cursor }
    this.dispatchEvent(new CustomEvent('reading', { detail, bubbles: true, composed: true }))
  }

  override render() {
    const segment = this.#segment
    if (!segment) return nothing
    return html`
      ${this.#prompt('prompt', 'Prompt', segment.samplePrompt.text)}
      ${segment.trainPrompt ? this.#prompt('trainPrompt', 'Prompt that the tokens are trained under', segment.trainPrompt.text) : nothing}
      <div class="trace" role="group" tabindex="0" aria-label="Completion. Left and right arrows move from token to token." @keydown=${this.#onKey} @mousemove=${this.#onPoint} @click=${this.#onPoint}>
        ${segment.text === '' ? html`<div class="faint">The completion is empty.</div>` : this.#parts.map((part) => html`${this.#turn(part)}${this.#part(segment, part)}`)}
        ${segment.text.length > this.shown ? this.#more(segment) : nothing}
      </div>
      <lab-token-legend .segment=${segment} .values=${this.#values} .mode=${this.mode} .token=${this.cursor}></lab-token-legend>`
  }

  #prompt(key: string, title: string, text: string) {
    const open = !this.folded.has(key)
    return html`<section class="span prompt">${this.#foldButton(key, title, open, unitsText(text.length, 'character'))}
      ${open ? html`<div class="raw">${visibleText(text.slice(0, this.shown))}</div>` : html`<div class="raw folded-line">${visibleText(text.slice(-300))}</div>`}</section>`
  }

  /** Rollouts of several turns say where each begins. */
  #turn({ from }: TracePart) {
    const turn = this.#turns.length > 1 && from < this.shown ? this.#turns.indexOf(from) : -1
    return turn < 0 ? nothing : html`<h4 class="turn">Turn ${turn + 1}</h4>`
  }

  #part(segment: Segment, part: TracePart): TemplateResult | typeof nothing {
    if (part.from >= this.shown) return nothing
    return part.type === 'text' ? this.#text(segment, part.from, Math.min(part.to, this.shown)) : this.#span(segment, part)
  }

  #span(segment: Segment, span: TraceSpan): TemplateResult {
    const open = !this.folded.has(span.key)
    const { tokenEnds } = segment
    const length = tokenEnds.length === 0 ? unitsText(span.to - span.from, 'character') : unitsText(tokenAt(tokenEnds, span.to - 1) - tokenAt(tokenEnds, span.from) + 1, 'token')
    const { verdict } = span
    const judged = verdict
      ? html`<span class="verdict ${verdictClass(verdict.ok)}">${verdictSign(verdict.ok)} ${verdict.ok === null ? 'not checkable' : verdict.ok ? 'right' : 'wrong'}</span><span class="faint why">${visibleText(verdict.why.slice(0, 500))}</span>`
      : nothing
    return html`<section class="span ${span.kind} ${verdict?.ok === false ? 'bad' : ''}">
      ${this.#foldButton(span.key, span.title, open, length, html`${judged}${this.#ratings(segment, span)}`)}
      ${open ? span.parts.map((part) => this.#part(segment, part)) : html`<div class="raw folded-line">${visibleText(segment.text.slice(span.from, span.from + 300))}</div>`}
    </section>`
  }

  /** What labelers say of a step. */
  #ratings(segment: Segment, span: TraceSpan) {
    const step = span.kind === 'step' && this.#rated.size > 0 ? segment.spans.filter((each) => each.kind === 'step').findIndex((each) => each.from === span.from && each.to === span.to) : -1
    return (this.#rated.get(step) ?? []).slice(0, RATINGS_SHOWN).map(({ who, words, bad }) => html`<span class="rating ${bad ? 'wrong' : ''}">${who}: ${words}</span>`)
  }

  #foldButton(key: string, title: string, open: boolean, size: string, more: unknown = nothing) {
    return html`<button type="button" class="fold" aria-expanded=${open} @click=${() => this.#toggle(key)}><span aria-hidden="true">${open ? '▾' : '▸'}</span><b>${title}</b><span class="faint">${size}</span>${more}</button>`
  }

  #toggle(key: string): void {
    const folded = new Set(this.folded)
    if (!folded.delete(key)) folded.add(key)
    this.folded = folded
  }

  /** Puts the cursor on the token that holds this unit of the text. */
  showOffset(offset: number): void {
    const segment = this.#segment
    if (!segment) return
    this.folded = new Set(['prompt'])
    this.shown = Math.max(this.shown, offset + 1)
    this.cursor = Math.min(segment.tokens.length - 1, tokenAt(segment.tokenEnds, offset))
  }

  /** Puts the cursor where a turn begins, from 1. */
  showTurn(turn: number): void {
    this.showOffset(this.#turns[turn - 1] ?? 0)
  }

  showAsKept({ folded, cursor }: KeptReading): void {
    this.folded = new Set(folded)
    this.cursor = Math.min(cursor, (this.#segment?.tokens.length ?? 0) - 1)
  }

  /** Folds all spans, or unfolds them where all are folded. */
  toggleAll(): void {
    const keys = spanKeys(this.#parts)
    this.folded = keys.some((key) => !this.folded.has(key)) ? new Set([...keys, 'prompt']) : new Set(['prompt'])
  }

  #text(segment: Segment, from: number, to: number): TemplateResult {
    if (this.rich && to - from <= LONGEST_RICH) return html`${this.#richNode(segment, from, to)}`
    const note = this.rich ? html`<div class="faint">Too long to be rendered: ${countText(to - from)} characters. Shown raw.</div>` : nothing
    return html`${note}<lab-token-text .range=${this.#range(segment, from, to)} .mode=${this.mode} .cursor=${this.cursor}></lab-token-text>`
  }

  #range(segment: Segment, from: number, to: number): TokenRange {
    const key = `${from}-${to}`
    const range = this.#ranges.get(key) ?? { text: segment.text, from, to, tokenEnds: segment.tokenEnds, values: this.#values }
    this.#ranges.set(key, range)
    return range
  }

  #richNode(segment: Segment, from: number, to: number): HTMLElement {
    const key = `${from}-${to}`
    const node = this.#rich.get(key) ?? richText(segment.text.slice(from, to))
    this.#rich.set(key, node)
    return node
  }

  #more(segment: Segment) {
    const left = segment.text.length - this.shown
    return html`<div class="more"><button type="button" class="fold" @click=${() => (this.shown += SHOWN_UNITS)}>Show ${countText(Math.min(left, SHOWN_UNITS))} more characters</button>
      <span class="faint">${countText(left)} are not shown. “Open as text” has them all.</span></div>`
  }

  #onKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const count = this.#segment?.tokens.length ?? 0
    if (step === 0 || count === 0 || event.altKey || event.metaKey) return
    event.preventDefault()
    event.stopPropagation()
    this.cursor = Math.max(0, Math.min(count - 1, this.cursor + step * (event.ctrlKey ? 10 : 1)))
  }

  #onPoint(event: MouseEvent): void {
    const target = event.composedPath()[0]
    const token = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-token]')?.dataset['token'] : undefined
    if (token !== undefined) this.cursor = Number(token)
  }
}

function spanKeys(parts: readonly TracePart[]): string[] {
  return parts.flatMap((part) => (part.type === 'span' ? [part.key, ...spanKeys(part.parts)] : []))
}

if (!customElements.get('lab-trace')) customElements.define('lab-trace', TraceView)
