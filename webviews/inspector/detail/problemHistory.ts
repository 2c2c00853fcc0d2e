import { css, html, LitElement, nothing } from 'lit'
import type { PropertyValues } from 'lit'
import type { QueryResults } from '../../../trainer/protocol/queries.ts'
import type { RolloutRow } from '../../../trainer/protocol/rolloutViews.ts'
import type { RunCard } from '../../../trainer/protocol/runViews.ts'
import type { ViewError } from '../../connection/viewError.ts'
import { toViewError } from '../../connection/viewError.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { visibleLine } from '../../protocol/visibleText.ts'
import type { InspectorModel } from '../inspectorModel.ts'
import { countText, numberText, unitsText, verdictClass, verdictSign, verdictWord } from '../rowText.ts'
import { detailStyles } from './detailStyles.ts'
import { RUNS_PER_PAGE, runsPage, runsWords } from './historyRuns.ts'
import type { RunsPage } from './historyRuns.ts'
import { historySteps } from './historySteps.ts'
import type { HistoryStep } from './historySteps.ts'
import { errorBox } from './messages.ts'

const PAGE = 500

/** All attempts at one problem, oldest first, over steps and runs. Fires `openplace` with run and id. */
export class ProblemHistory extends LitElement {
  static override properties = {
    model: { attribute: false }, problem: {}, heading: {}, rows: { state: true }, count: { state: true }, error: { state: true }, loading: { state: true }, wide: { state: true }, known: { state: true },
    unread: { state: true }, page: { state: true }
  }
  static override styles = [
    sharedStyles,
    detailStyles,
    css`
      :host { display: block; }
      .attempts { display: flex; flex-wrap: wrap; gap: 2px; }
      .attempts button {
        min-width: 22px; height: 22px; padding: 0 3px; border: 1px solid currentColor; border-radius: 3px; background: none; font: inherit; font-weight: 600; cursor: pointer;
      }
      .attempts button:hover { background: var(--vscode-list-hoverBackground); }
      td { vertical-align: middle; }
    `
  ]

  declare model: InspectorModel
  declare problem: string
  /** First words of what is asked. */
  declare heading: string
  declare rows: readonly RolloutRow[]
  declare count: number
  declare error: ViewError | undefined
  declare loading: boolean
  /** Whether all known runs are asked, not only those of the inspector. */
  declare wide: boolean
  declare known: readonly RunCard[]
  declare unread: QueryResults['problems/history']['unread']
  /** Of the runs. */
  declare page: number
  #asking: AbortController | undefined

  constructor() {
    super()
    this.heading = ''
    this.rows = []
    this.count = 0
    this.loading = false
    this.wide = false
    this.known = []
    this.unread = []
    this.page = 0
  }

  get #runs(): RunsPage {
    return runsPage(this.model.runs, this.wide ? this.known : [], this.page)
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('problem') && !changed.has('wide') && !changed.has('page')) return
    if (!changed.has('page')) this.page = 0
    this.rows = []
    this.count = 0
    this.unread = []
    void this.#ask()
  }

  async #ask(): Promise<void> {
    this.#asking?.abort()
    const asking = new AbortController()
    this.#asking = asking
    this.loading = true
    this.error = undefined
    try {
      if (this.wide && this.page === 0 && this.rows.length === 0) this.known = await this.model.connection.ask('knownRuns', {}, asking.signal)
      const { runs } = this.#runs
      const answer = await this.model.connection.query('problems/history', { runs: [...runs], problemId: this.problem, offset: this.rows.length, limit: PAGE }, asking.signal)
      this.rows = [...this.rows, ...answer.rows]
      this.count = answer.count
      this.unread = answer.unread
    } catch (error) {
      if (!asking.signal.aborted) this.error = toViewError(error)
    } finally {
      if (this.#asking === asking) this.loading = false
    }
  }

  override render() {
    const several = this.wide || this.model.runs.length > 1
    return html`<div class="facts"><span>${unitsText(this.count, 'attempt')} at <b title=${`Problem ${visibleLine(this.problem, 100)}`}>${this.heading || visibleLine(this.problem, 100)}</b>${this.loading ? nothing : html` <span role="status">${runsWords(this.#runs)}</span>`}</span>${this.#paging()}
        <label><input type="checkbox" .checked=${this.wide} @change=${(event: Event) => (this.wide = (event.currentTarget as HTMLInputElement).checked)}> in all runs of the runs folder</label></div>
      ${this.error ? errorBox(this.error, () => void this.#ask()) : nothing}${this.#leftOut()}
      ${this.rows.length === 0 ? nothing : html`<table aria-label="Attempts by step"><thead><tr>${several ? html`<th>Run</th>` : nothing}<th class="number">Step</th><th class="number">Policy</th><th>Right</th><th class="number">Reward</th><th class="number">Tokens</th><th>Attempts</th></tr></thead>
        <tbody>${historySteps(this.rows).map((step) => this.#step(step, several))}</tbody></table>`}
      ${this.loading ? html`<div class="faint" role="status">Reading…</div>` : nothing}
      ${!this.loading && this.rows.length < this.count ? html`<button type="button" class="link" @click=${() => void this.#ask()}>Show ${countText(Math.min(PAGE, this.count - this.rows.length))} more attempts</button>` : nothing}`
  }

  #paging() {
    const { from, runs, total } = this.#runs
    if (total <= RUNS_PER_PAGE) return nothing
    return html`<span><button type="button" class="link" ?disabled=${from === 0} @click=${() => this.page--}>Newer runs</button>
      <button type="button" class="link" ?disabled=${from + runs.length >= total} @click=${() => this.page++}>Older runs</button></span>`
  }

  #leftOut() {
    if (this.unread.length === 0) return nothing
    return html`<details class="notice"><summary>${unitsText(this.unread.length, 'run')} could not be read and ${this.unread.length === 1 ? 'is' : 'are'} left out</summary>
      <ul>${this.unread.map(({ run, why }) => html`<li>${visibleLine(this.#runName(run), 60)}: ${visibleLine(why, 300)}</li>`)}</ul></details>`
  }

  #step(step: HistoryStep, several: boolean) {
    const share = step.graded === 0 ? 0 : step.right / step.graded
    return html`<tr>${several ? html`<td>${visibleLine(this.#runName(step.run), 40)}</td>` : nothing}
      <td class="number">${step.step}${step.kind === 'evaluation' ? html` <span class="faint">eval</span>` : nothing}</td><td class="number">${step.policyVersion}</td>
      <td><span class="bar" aria-hidden="true"><span .style=${`width: ${share * 100}%`}></span></span>${step.right} of ${step.graded}</td>
      <td class="number">${numberText(step.meanReward)}</td><td class="number">${countText(Math.round(step.meanTokens))}</td>
      <td><span class="attempts">${step.rows.map((row) => html`<button type="button" class=${verdictClass(row.correct)}
        aria-label="Sample ${row.sampleIndex}, ${verdictWord(row.correct)}, reward ${numberText(row.reward)}" title="#${row.sampleIndex} · reward ${numberText(row.reward)}"
        @click=${() => this.dispatchEvent(new CustomEvent('openplace', { detail: { run: row.run, id: row.id } }))}>${verdictSign(row.correct)}</button>`)}</span></td></tr>`
  }

  #runName(directory: string): string {
    return [...this.model.runs, ...this.known].find((card) => card.directory === directory)?.name ?? directory.split(/[\\/]/).at(-1) ?? directory
  }
}

if (!customElements.get('lab-problem-history')) customElements.define('lab-problem-history', ProblemHistory)
