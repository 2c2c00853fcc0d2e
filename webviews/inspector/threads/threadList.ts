import { css, html, LitElement, nothing } from 'lit'
import type { PropertyValues } from 'lit'
import type { Label } from '../../../trainer/protocol/label.ts'
import { isCancelled, toViewError } from '../../connection/viewError.ts'
import type { ViewError } from '../../connection/viewError.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { opinionWords, remarksOn, sourceWords } from '../../labels/opinionWords.ts'
import type { RolloutPlace } from '../../protocol/inspector.ts'
import { visibleLine, visibleText } from '../../protocol/visibleText.ts'
import { detailStyles } from '../detail/detailStyles.ts'
import { errorBox } from '../detail/messages.ts'
import { isSamePlace } from '../detail/samePlace.ts'
import type { Connection } from '../inspectorModel.ts'
import { isMark, ratingSummaries } from './ratingSummary.ts'

/** Threads and replies shown; more are in the editor. */
const SHOWN = 200
const SHOWN_UNITS = 20_000

/**
 * What was said of a rollout: ratings, and the same threads as in the editor. Fires `labelsread` with the labels, and
 * `showplace` with a label whose place in the trace is to be shown.
 */
export class ThreadList extends LitElement {
  static override properties = { connection: { attribute: false }, place: { attribute: false }, labels: { state: true }, error: { state: true } }
  static override styles = [sharedStyles, detailStyles, css`
    :host { display: block; }
    .bar { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; width: auto; height: auto; margin: 14px 0 4px; background: none; }
    .bar h3 { margin: 0; }
    ul { margin: 0 0 6px; padding-left: 18px; }
    li { overflow-wrap: anywhere; }
    .thread { margin: 6px 0; padding: 4px 10px; border-left: 3px solid var(--vscode-focusBorder); }
    .thread.resolved { border-left-color: var(--vscode-descriptionForeground); }
    .thread.draft { border: 1px dashed var(--vscode-charts-purple, var(--vscode-foreground)); font-style: italic; }
    .thread.orphaned { border-left-style: dotted; }
    .head { display: flex; flex-wrap: wrap; gap: 0 10px; }
    .words { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
    .reply { margin: 4px 0 2px 14px; }
  `]

  declare connection: Connection
  declare place: RolloutPlace
  declare labels: readonly Label[] | undefined
  declare error: ViewError | undefined
  #asking: AbortController | undefined
  #stop: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = this.connection?.on('labelsChanged', ({ run, rollouts }) => {
      if (run === this.place?.run && (rollouts.length === 0 || rollouts.includes(this.place.id))) void this.read()
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
    this.#asking?.abort()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('place')
    if (!changed.has('place') || isSamePlace(before, this.place)) return
    this.labels = undefined
    void this.read()
  }

  async read(): Promise<void> {
    this.#asking?.abort()
    const asking = new AbortController()
    this.#asking = asking
    try {
      const labels = await this.connection.ask('labels', this.place, asking.signal)
      this.labels = labels
      this.error = undefined
      this.dispatchEvent(new CustomEvent('labelsread', { detail: labels }))
    } catch (error) {
      if (!isCancelled(error) && !asking.signal.aborted) this.error = toViewError(error)
    }
  }

  override render() {
    return html`<div class="bar"><h3>Labels</h3>
        <button type="button" class="link" title="In the labeller (l)" @click=${() => this.#ask('labelRollout', this.place)}>Label this rollout</button>
        <button type="button" class="link" title="As a text document, where a span can be criticised (o)" @click=${() => this.#ask('openDocument', this.place)}>Comment in the editor</button></div>
      ${this.error ? errorBox(this.error, () => void this.read()) : nothing}
      ${this.labels === undefined ? html`<p class="faint">Reading…</p>` : this.#said(this.labels)}`
  }

  #said(labels: readonly Label[]) {
    const summaries = ratingSummaries(labels)
    const threads = labels.filter((label) => !isMark(label) && label.opinion.kind !== 'completed')
    if (summaries.length === 0 && threads.length === 0) return html`<p class="faint">Nobody said anything of this rollout yet.</p>`
    return html`${summaries.length === 0 ? nothing : html`<ul aria-label="Ratings">${summaries.map(({ who, draft, words }) => html`<li><b>${who}</b>${draft ? html` <i>draft</i>` : nothing} ${words.slice(0, SHOWN).join(' · ')}</li>`)}</ul>`}
      ${threads.slice(0, SHOWN).map((label) => this.#thread(label))}
      ${threads.length > SHOWN ? html`<p class="faint">${threads.length - SHOWN} more are in the editor.</p>` : nothing}`
  }

  #thread(label: Label) {
    const { opinion, anchor, resolved, draft, orphaned } = label
    const title = `${TITLES[opinion.kind] ?? 'Label'}${anchor.step === undefined ? '' : ` of step ${anchor.step + 1}`}`
    return html`<article class="thread ${resolved ? 'resolved' : ''} ${draft ? 'draft' : ''} ${orphaned ? 'orphaned' : ''}" aria-label="${title} by ${sourceWords(label)}">
      <div class="head"><b>${title}</b><span>${sourceWords(label)}</span><span class="faint">${visibleLine(label.createdAt.slice(0, 16).replace('T', ' '), 20)}</span><span class="faint">${remarksOn(label).join(' · ')}</span>
        ${orphaned ? nothing : html`<button type="button" class="link" @click=${() => this.dispatchEvent(new CustomEvent('showplace', { detail: label }))}>show its place</button>`}
        <button type="button" class="link" @click=${() => this.#ask('openLabel', { ...this.place, label: label.id })}>open in the editor</button></div>
      <div class="words">${textOf(label)}</div>
      ${label.replies.slice(0, SHOWN).map((reply) => html`<div class="reply"><b>${sourceWords(reply)}</b> <span class="faint">${remarksOn(reply).join(' · ')}</span><div class="words">${textOf(reply)}</div></div>`)}
    </article>`
  }

  #ask<N extends 'labelRollout' | 'openDocument' | 'openLabel'>(name: N, params: Parameters<typeof this.connection.ask<N>>[1]): void {
    this.connection.ask(name, params).catch((error: unknown) => (this.error = toViewError(error)))
  }
}

const TITLES: Readonly<Partial<Record<Label['opinion']['kind'], string>>> = { critique: 'Critique', note: 'Note', better: 'Better', preference: 'Preference', flag: 'Flag', reply: 'Reply' }

function textOf({ opinion }: Label): string {
  const text = 'text' in opinion ? opinion.text : opinionWords(opinion, SHOWN_UNITS)
  return visibleText(text.slice(0, SHOWN_UNITS))
}

if (!customElements.get('lab-threads')) customElements.define('lab-threads', ThreadList)
