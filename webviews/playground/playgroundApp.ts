import { html, LitElement, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { valueOf } from '../controls/registerControls.ts'
import { sharedStyles } from '../controls/sharedStyles.ts'
import { numberText, unitsText } from '../inspector/rowText.ts'
import type { Completion } from '../protocol/playground.ts'
import { stopWord } from '../protocol/stopWords.ts'
import { visibleText } from '../protocol/visibleText.ts'
import { FIELDS, STARTING } from './parameters.ts'
import type { ParameterField } from './parameters.ts'
import { PlaygroundModel } from './playgroundModel.ts'
import type { PlaygroundConnection } from './playgroundModel.ts'
import { playgroundStyles } from './playgroundStyles.ts'

/** Prompt in, completions out, shown while they are written. Ctrl+Enter samples, Escape cancels. */
export class PlaygroundApp extends LitElement {
  static override styles = [sharedStyles, playgroundStyles]

  readonly #model: PlaygroundModel

  constructor(connection: PlaygroundConnection) {
    super()
    this.#model = new PlaygroundModel(connection, () => this.requestUpdate())
    void this.#model.begin()
  }

  override render(): TemplateResult {
    const { start, problem, completions, sampling, cut, said } = this.#model
    const shown = completions.flatMap((completion, index) => (sampling || completion ? [completionItem(completion, index, sampling ? undefined : cut)] : []))
    return html`<main @keydown=${this.#onKey}>
      <h1>Sample from ${visibleText(start.label)}</h1>
      <div class="faint">${visibleText(start.model)}</div>
      ${this.#form()}
      ${problem ? html`<p class="problem" role="alert">${problem.message}\n${problem.remedy}</p>` : nothing}
      <ol aria-label="Completions">${shown}</ol>
      <div class="visually-hidden" role="status" aria-live="polite">${said}</div>
    </main>`
  }

  #form(): TemplateResult {
    const { prompt, mistakes, sampling, said } = this.#model
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
      <vscode-text-area rows="5" resize="vertical" placeholder="What the model is given" .value=${prompt} @input=${(event: Event) => this.#model.write(valueOf(event))}>Prompt</vscode-text-area>
      <div class="fields">${FIELDS.map((field) => this.#field(field))}</div>
      ${mistakes.map((mistake) => html`<p class="mistake">${mistake}</p>`)}
      <div class="actions">
        ${sampling
          ? html`<vscode-button appearance="secondary" @click=${() => this.#model.cancel()}>Cancel</vscode-button><vscode-progress-ring aria-label="Sampling"></vscode-progress-ring><span class="faint">Escape cancels</span>`
          : html`<vscode-button ?disabled=${mistakes.length > 0 || prompt === ''} @click=${() => void this.#model.sample()}>Sample</vscode-button><span class="faint">Ctrl+Enter</span>`}
        <vscode-button appearance="secondary" ?disabled=${sampling} @click=${() => this.#model.type(STARTING)}>Defaults</vscode-button>
        <span class="faint">${said}</span>
      </div>
    </form>`
  }

  #field({ name, label, explanation }: ParameterField): TemplateResult {
    const { typed } = this.#model
    const write = (event: Event) => this.#model.type({ ...typed, [name]: valueOf(event) })
    return html`<vscode-text-field title=${explanation} aria-description=${explanation} .value=${typed[name]} @input=${write}>${label}</vscode-text-field>`
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#model.cancel()
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void this.#model.sample()
  }
}

/** @param cut why it was not finished, where it was not; undefined while it may be */
function completionItem(completion: Completion | undefined, index: number, cut: string | undefined): TemplateResult {
  return html`<li>
    <header><h2>${index + 1}</h2><span class="faint">${stateWords(completion, cut)}</span>
      ${completion?.tokens === undefined ? nothing : html`<span class="faint">${unitsText(completion.tokens, 'token')}</span>`}
      ${completion?.meanLogprob === undefined ? nothing : html`<span class="faint" title="Mean natural logarithm of the probability of its tokens">mean log-probability ${numberText(completion.meanLogprob)} nats</span>`}
    </header>
    <pre tabindex="0" role="group" aria-label=${`Completion ${index + 1}`}>${visibleText(completion?.text ?? '')}</pre>
  </li>`
}

function stateWords(completion: Completion | undefined, cut: string | undefined): string {
  if (completion?.done) return completion.stopReason === undefined ? 'done' : `stop: ${stopWord(completion.stopReason)}`
  if (cut === undefined) return completion ? 'writing …' : 'waiting …'
  return cut === '' ? 'not finished' : `not finished: ${cut}`
}

customElements.define('lab-playground', PlaygroundApp)
