import { css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import type { RunComparison, RunDifference } from '../../trainer/protocol/runViews.ts'
import { visibleLine } from '../protocol/visibleText.ts'
import { FoldingPanel } from './foldingPanel.ts'

/** A run as a column of the table. */
export interface ComparedRun {
  readonly directory: string
  readonly label: string
}

/** What runs differ in: configuration, git state, data. */
export class ComparePanel extends FoldingPanel {
  static override properties = { runs: { attribute: false }, answer: { state: true } }
  static override styles = [FoldingPanel.styles, css`
    .table { overflow-x: auto; }
    table { border-collapse: collapse; }
    th, td { padding: 3px 14px 3px 0; border-bottom: 1px solid var(--vscode-editorWidget-border, transparent); text-align: left; vertical-align: top; }
    tbody th { font-weight: normal; white-space: nowrap; }
    td, tbody th { font-family: var(--vscode-editor-font-family); font-size: 0.95em; }
    td { max-width: 44ch; overflow-wrap: anywhere; }
    p { margin: 0 0 6px; }
  `]

  declare runs: readonly ComparedRun[]
  declare answer: RunComparison | undefined

  #asked = ''

  protected override updated(_changed: PropertyValues): void {
    const key = JSON.stringify(this.runs.map((run) => run.directory))
    if (!this.open || key === this.#asked) return
    void this.#ask(key)
  }

  protected override askAgain(): void {
    void this.#ask(this.#asked)
  }

  override render(): TemplateResult {
    return this.folding('Differences', this.#gist(), this.answer ? this.#comparison(this.answer) : nothing)
  }

  #gist(): string {
    if (!this.answer) return 'of configuration, git state and data'
    const { compared, differences, same, unreadable } = this.answer
    const left = unreadable.length === 0 ? '' : `, ${unreadable.length} of ${this.runs.length} runs left out`
    return compared.length < 2 ? 'fewer than two of the runs can be read' : `${differences.length} of ${differences.length + same} values differ${left}`
  }

  #comparison({ compared, differences, unreadable }: RunComparison): TemplateResult {
    const left = unreadable.map(({ run, problem }) => html`<p>${this.#labelOf(run)} is left out: ${visibleLine(problem, 1000)}</p>`)
    if (compared.length < 2) return html`${left}`
    return html`${left}${differences.length === 0 ? html`<p>The runs do not differ.</p>` : this.#table(compared, differences)}`
  }

  #table(compared: readonly string[], differences: readonly RunDifference[]): TemplateResult {
    return html`<div class="table" tabindex="0" role="region" aria-label="Differences of the runs"><table>
      <thead><tr><th scope="col">value</th>${compared.map((run) => html`<th scope="col">${this.#labelOf(run)}</th>`)}</tr></thead>
      <tbody>${differences.map(({ path, values }) => html`<tr><th scope="row">${visibleLine(path, 200)}</th>
        ${values.map((value) => html`<td>${value === null ? html`<span class="faint">absent</span>` : visibleLine(value, 2000)}</td>`)}</tr>`)}</tbody>
    </table></div>`
  }

  #labelOf(directory: string): string {
    return this.runs.find((run) => run.directory === directory)?.label ?? visibleLine(directory, 200)
  }

  async #ask(key: string): Promise<void> {
    this.#asked = key
    try {
      const answer = await this.connection.query('runs/compare', { runs: this.runs.map((run) => run.directory) })
      if (key !== this.#asked) return
      this.answer = answer
      this.failure = undefined
    } catch (error) {
      if (key === this.#asked) this.fail(error)
    }
  }
}

if (!customElements.get('lab-compare')) customElements.define('lab-compare', ComparePanel)
