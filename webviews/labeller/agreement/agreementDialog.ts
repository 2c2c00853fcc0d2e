import { css, html, LitElement, nothing } from 'lit'
import type { AgreementMeasure, Disagreement } from '../../../trainer/protocol/labelViews.ts'
import type { ViewConnection } from '../../connection/connectView.ts'
import { toViewError } from '../../connection/viewError.ts'
import type { ViewError } from '../../connection/viewError.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { errorBox } from '../../inspector/detail/messages.ts'
import { countText } from '../../inspector/rowText.ts'
import type { LabellerNotices, LabellerRequests } from '../../protocol/labeller.ts'
import { visibleLine, visibleText } from '../../protocol/visibleText.ts'
import { intervalText, valueText } from './measureText.ts'

/** Disagreements listed; the queue of disagreements has them all. */
const LISTED = 200
const KINDS: Readonly<Record<Disagreement['kind'], string>> = { verdict: 'verdict', firstError: 'first error', stepRating: 'rating', preference: 'preference', rubric: 'label set' }

/** How far labelers agree, and where they do not. Fires `close`, and `openrollout` with an id. */
export class AgreementDialog extends LitElement {
  static override properties = { connection: { attribute: false }, run: {}, blind: { type: Boolean }, measures: { state: true }, found: { state: true }, error: { state: true } }
  static override styles = [sharedStyles, css`
    dialog {
      width: min(960px, 94vw); max-height: 88vh; padding: 14px 18px; border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, currentColor));
      background: var(--vscode-editorWidget-background, var(--vscode-editor-background)); color: var(--vscode-editorWidget-foreground, var(--vscode-foreground));
    }
    h2 { margin: 0 0 8px; font-size: 1.1em; }
    h3 { margin: 14px 0 4px; font-size: 1em; }
    table { width: 100%; border-collapse: collapse; }
    th, td { padding: 3px 12px 3px 0; text-align: left; vertical-align: top; }
    th { font-size: 0.92em; white-space: nowrap; }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    td { overflow-wrap: anywhere; }
    .definition { font-size: 0.92em; }
    .link { padding: 0; border: 0; background: none; color: var(--vscode-textLink-foreground); font: inherit; text-align: left; cursor: pointer; }
    .notice { padding: 6px 10px; border: 1px solid var(--vscode-inputValidation-warningBorder, currentColor); overflow-wrap: anywhere; }
    .tool { height: 26px; margin-top: 12px; padding: 0 12px; border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); background: var(--vscode-button-background); color: var(--vscode-button-foreground); font: inherit; cursor: pointer; }
  `]

  declare connection: ViewConnection<LabellerRequests, LabellerNotices>
  declare run: string
  /** Who said what is hidden. */
  declare blind: boolean
  declare measures: readonly AgreementMeasure[] | undefined
  declare found: { readonly count: number; readonly rows: readonly Disagreement[] } | undefined
  declare error: ViewError | undefined
  readonly #closing = new AbortController()

  override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
    void this.read()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#closing.abort()
  }

  async read(): Promise<void> {
    const { connection, run } = this
    const { signal } = this.#closing
    this.error = undefined
    try {
      this.found = await connection.query('labels/disagreements', { run, offset: 0, limit: LISTED }, signal)
      this.measures = await connection.query('labels/agreement', { run }, signal)
    } catch (error) {
      if (!signal.aborted) this.error = toViewError(error)
    }
  }

  override render() {
    return html`<dialog aria-label="Agreement" @close=${() => this.#fire('close')}>
      <h2>Agreement between labelers</h2>
      ${this.error ? errorBox(this.error, () => void this.read()) : nothing}
      ${this.measures ? this.#measures(this.measures) : this.error ? nothing : html`<p role="status" class="faint">Measuring, with intervals…</p>`}
      ${this.found ? this.#disagreements(this.found) : nothing}
      <button type="button" class="tool" autofocus @click=${() => this.#fire('close')}>Close</button></dialog>`
  }

  #measures(measures: readonly AgreementMeasure[]) {
    if (measures.length === 0) return html`<p>No two labelers labelled the same rollout yet.</p>`
    return html`<table><thead><tr><th>Measure</th><th>Between</th><th class="number">Value</th><th class="number">95 % interval</th><th class="number">Items</th></tr></thead>
      <tbody>${measures.map((measure) => html`<tr>
        <td><b>${measure.title}</b><div class="faint definition">${measure.definition}${measure.why === undefined ? nothing : html` <b>${visibleLine(measure.why, 300)}</b>`}</div></td>
        <td>${visibleLine(measure.between, 120)}</td><td class="number">${valueText(measure)}</td><td class="number">${intervalText(measure)}</td><td class="number">${countText(measure.items)}</td></tr>`)}</tbody></table>`
  }

  #disagreements({ count, rows }: { readonly count: number; readonly rows: readonly Disagreement[] }) {
    if (count === 0) return html`<h3>Disagreements</h3><p>None.</p>`
    const title = html`<h3>Disagreements to adjudicate: ${countText(count)}</h3>`
    if (this.blind) return html`${title}<p>Blind mode hides on what, and who says what: i shows everything.</p>`
    return html`${title}
      <table><thead><tr><th>Rollout</th><th>On</th><th>Who says what</th></tr></thead><tbody>${rows.map(({ rollout, kind, step, opinions }) => html`<tr>
        <td><button type="button" class="link" @click=${() => this.#fire('openrollout', rollout)}>${visibleLine(rollout, 60)}</button></td>
        <td>${KINDS[kind]}${step === undefined ? '' : ` of step ${step + 1}`}</td>
        <td>${opinions.slice(0, 20).map(({ labeler, says }) => html`<div><b>${visibleLine(labeler, 40)}</b> ${visibleText(says.slice(0, 300))}</div>`)}</td></tr>`)}</tbody></table>
      ${count > rows.length ? html`<p class="faint">The queue “Disagreement” has all of them.</p>` : nothing}`
  }

  #fire(name: 'close' | 'openrollout', detail?: string): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

if (!customElements.get('lab-agreement')) customElements.define('lab-agreement', AgreementDialog)
