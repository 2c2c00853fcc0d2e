import { css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import type { RolloutFilter } from '../../trainer/protocol/rolloutViews.ts'
import type { DiagnosisFinding } from '../../trainer/protocol/runViews.ts'
import { icon } from '../controls/icons.ts'
import { isChecked } from '../controls/registerControls.ts'
import { visibleLine } from '../protocol/visibleText.ts'
import { FoldingPanel } from './foldingPanel.ts'

type State = DiagnosisFinding['state']
const STATES: readonly State[] = ['bad', 'warn', 'unknown', 'ok']
const STATE_LOOK = { bad: ['error', 'Problem'], warn: ['warning', 'Warning'], unknown: ['question', 'Not known yet'], ok: ['check', 'Fine'] } as const
const PAUSE_MS = 8000

/** What a finding tells the page. */
export interface DiagnosisEvents {
  rollouts: { readonly filter: RolloutFilter }
  metric: { readonly name: string }
  findings: { readonly findings: readonly DiagnosisFinding[] }
  guard: { readonly on: boolean }
}

/** "Why is it not learning?" of one run: its checks in the open, worst first. Asked again as steps are done, with pauses between. */
export class DiagnosisPanel extends FoldingPanel {
  static override properties = { run: {}, name: {}, steps: { type: Number }, guard: { attribute: false }, findings: { state: true } }
  static override styles = [FoldingPanel.styles, css`
    ul { margin: 0; padding: 0; list-style: none; }
    li { display: grid; grid-template-columns: 20px 1fr; padding: 5px 0; border-top: 1px solid var(--vscode-editorWidget-border, transparent); }
    li:first-child { border-top: none; }
    p { margin: 0; max-width: 90ch; overflow-wrap: anywhere; }
    .bad > svg { color: var(--vscode-errorForeground); }
    .warn > svg { color: var(--vscode-editorWarning-foreground); }
    .ok > svg { color: var(--vscode-testing-iconPassed, var(--vscode-charts-green)); }
    .links { display: flex; flex-wrap: wrap; gap: 0 14px; }
    .links button { padding: 0; border: none; background: none; color: var(--vscode-textLink-foreground); font: inherit; text-decoration: underline; cursor: pointer; }
  `]

  declare run: string
  declare name: string
  /** Steps done: a higher number asks again. */
  declare steps: number
  /** Whether the run is paused when a check turns bad; undefined where it trains no more. */
  declare guard: boolean | undefined
  declare findings: readonly DiagnosisFinding[] | undefined

  #asked: { readonly run: string; readonly steps: number; readonly at: number } | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort = new AbortController()

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#asked = undefined
  }

  protected override updated(changed: PropertyValues<DiagnosisPanel>): void {
    if (changed.has('run') || changed.has('steps') || this.#asked === undefined) this.#askInTime()
  }

  override render(): TemplateResult {
    const findings = [...(this.findings ?? [])].sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state))
    return this.folding('Why is it not learning?', `${this.name ? `${this.name}: ` : ''}${this.#gist(findings)}`, html`
      ${this.guard === undefined ? nothing : this.#guard(this.guard)}
      <ul>${findings.map((finding) => this.#finding(finding))}</ul>`)
  }

  #guard(on: boolean): TemplateResult {
    const change = (event: Event) => isChecked(event) !== on && this.#tell('guard', { on: isChecked(event) })
    return html`<vscode-checkbox .checked=${on} @change=${change}
      title="Looks at the checks after every step and pauses the run when one turns bad, in the window that steers it, also while this view is closed.">Pause the run when a check turns bad</vscode-checkbox>`
  }

  #finding({ state, title, evidence, advice, metrics, filter }: DiagnosisFinding): TemplateResult {
    const [symbol, word] = STATE_LOOK[state]
    return html`<li class=${state}>${icon(symbol)}<div>
      <p><strong>${title}</strong> <span class="faint">${word}</span></p>
      <p>${visibleLine(evidence, 1000)}</p>
      ${advice === '' ? nothing : html`<p>${advice}</p>`}
      <span class="links">
        ${filter ? html`<button type="button" aria-label=${`Show the rollouts behind: ${title}`} @click=${() => this.#tell('rollouts', { filter })}>Show the rollouts</button>` : nothing}
        ${metrics.map((name) => html`<button type="button" aria-label=${`Go to the chart of ${name}`} @click=${() => this.#tell('metric', { name })}>${name}</button>`)}
      </span>
    </div></li>`
  }

  #gist(findings: readonly DiagnosisFinding[]): string {
    if (!this.findings) return this.failure ? 'could not be checked' : 'checking …'
    const count = (state: State) => findings.filter((finding) => finding.state === state).length
    const [bad, warn, unknown] = [count('bad'), count('warn'), count('unknown')]
    if (bad + warn === 0) return unknown === findings.length ? 'not enough steps to tell' : `${count('ok')} of ${findings.length} checks fine, nothing found`
    return [bad > 0 ? `${bad} problem${bad > 1 ? 's' : ''}` : '', warn > 0 ? `${warn} warning${warn > 1 ? 's' : ''}` : ''].filter(Boolean).join(', ')
  }

  #askInTime(): void {
    const { run, steps } = this
    if (this.#asked?.run === run && this.#asked.steps === steps) return
    if (this.#asked?.run !== run) {
      this.findings = undefined
      clearTimeout(this.#timer)
      this.#timer = undefined
      return void this.#ask()
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#ask()
    }, Math.max(0, this.#asked.at + PAUSE_MS - Date.now()))
  }

  protected override askAgain(): void {
    void this.#ask()
  }

  async #ask(): Promise<void> {
    const { run, steps } = this
    this.#asked = { run, steps, at: Date.now() }
    try {
      const findings = await this.connection.query('runs/diagnose', { run }, this.#abort.signal)
      if (run !== this.run) return
      this.findings = findings
      this.#tell('findings', { findings })
      this.failure = undefined
    } catch (error) {
      if (run === this.run) this.fail(error)
    }
  }

  #tell<E extends keyof DiagnosisEvents>(name: E, detail: DiagnosisEvents[E]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

if (!customElements.get('lab-diagnosis')) customElements.define('lab-diagnosis', DiagnosisPanel)
