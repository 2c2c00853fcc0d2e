import { html, LitElement, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { durationText, numberText } from '../charts/numberText.ts'
import type { ViewConnection } from '../connection/connectView.ts'
import { toViewError } from '../connection/viewError.ts'
import type { ViewError } from '../connection/viewError.ts'
import { valueOf } from '../controls/registerControls.ts'
import { sharedStyles } from '../controls/sharedStyles.ts'
import type { PlaygroundNotices, PlaygroundRequests, PlaygroundStart } from '../protocol/playground.ts'
import { visibleText } from '../protocol/visibleText.ts'
import { readKept, toKeep } from './keptCompletions.ts'
import type { Completion } from './keptCompletions.ts'
import { FIELDS, mistakeIn, readParameters, readSaved, STARTING } from './parameters.ts'
import type { ParameterField, Typed } from './parameters.ts'
import { playgroundStyles } from './playgroundStyles.ts'

/** Texts that are being written are kept so often. */
const SAVE_PAUSE_MS = 1000

/** Prompt in, completions out, shown while they are written. Ctrl+Enter samples, Escape cancels. */
export class PlaygroundApp extends LitElement {
  static override styles = [sharedStyles, playgroundStyles]

  readonly #connection: ViewConnection<PlaygroundRequests, PlaygroundNotices>
  #start: Pick<PlaygroundStart, 'label' | 'model'> = { label: '', model: '' }
  #prompt = ''
  #typed: Typed = STARTING
  #completions: readonly (Completion | undefined)[] = []
  #sampling: AbortController | undefined
  #problem: ViewError | undefined
  #said = ''
  #saving: ReturnType<typeof setTimeout> | undefined

  constructor(connection: ViewConnection<PlaygroundRequests, PlaygroundNotices>) {
    super()
    this.#connection = connection
    connection.on('completion', (completion) => this.#show(completion))
    void this.#begin()
  }

  async #begin(): Promise<void> {
    try {
      const { label, model, saved } = await this.#connection.ask('ready', {})
      this.#start = { label, model }
      const { prompt, typed } = readSaved(saved)
      // What was typed meanwhile stays.
      if (this.#prompt === '') this.#prompt = prompt
      this.#typed = typed
      if (!this.#sampling) this.#completions = readKept(saved)
    } catch (error) {
      this.#problem = toViewError(error)
    }
    this.requestUpdate()
  }

  override render(): TemplateResult {
    return html`<main @keydown=${this.#onKey}>
      <h1>Sample from ${visibleText(this.#start.label)}</h1>
      <div class="faint">${visibleText(this.#start.model)}</div>
      ${this.#form()}
      ${this.#problem ? html`<p class="problem" role="alert">${this.#problem.message}\n${this.#problem.remedy}</p>` : nothing}
      <ol aria-label="Completions">${this.#completions.map((completion, index) => completionItem(completion, index, this.#sampling !== undefined))}</ol>
      <div class="visually-hidden" role="status" aria-live="polite">${this.#said}</div>
    </main>`
  }

  #form(): TemplateResult {
    const mistakes = FIELDS.flatMap((field) => mistakeIn(field, this.#typed[field.name]) ?? [])
    const write = (event: Event) => {
      this.#prompt = valueOf(event)
      this.#changed()
    }
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
      <vscode-text-area rows="5" resize="vertical" placeholder="What the model is given" .value=${this.#prompt} @input=${write}>Prompt</vscode-text-area>
      <div class="fields">${FIELDS.map((field) => this.#field(field))}</div>
      ${mistakes.map((mistake) => html`<p class="mistake">${mistake}</p>`)}
      <div class="actions">
        ${this.#sampling
          ? html`<vscode-button appearance="secondary" @click=${() => this.#cancel()}>Cancel</vscode-button><vscode-progress-ring aria-label="Sampling"></vscode-progress-ring><span class="faint">Escape cancels</span>`
          : html`<vscode-button ?disabled=${mistakes.length > 0 || this.#prompt === ''} @click=${() => void this.#sample()}>Sample</vscode-button><span class="faint">Ctrl+Enter</span>`}
        <vscode-button appearance="secondary" ?disabled=${this.#sampling !== undefined} @click=${() => this.#reset()}>Defaults</vscode-button>
        <span class="faint">${this.#said}</span>
      </div>
    </form>`
  }

  #field(field: ParameterField): TemplateResult {
    const write = (event: Event) => {
      this.#typed = { ...this.#typed, [field.name]: valueOf(event) }
      this.#changed()
    }
    return html`<vscode-text-field title=${field.explanation} aria-description=${field.explanation} .value=${this.#typed[field.name]} @input=${write}>${field.label}</vscode-text-field>`
  }

  async #sample(): Promise<void> {
    const parameters = readParameters(this.#typed)
    if (!parameters || this.#prompt === '' || this.#sampling) return
    const sampling = new AbortController()
    this.#sampling = sampling
    this.#problem = undefined
    this.#completions = Array.from({ length: parameters.count }, () => undefined)
    this.#say('Sampling …')
    try {
      const { seconds } = await this.#connection.ask('sample', { prompt: this.#prompt, ...parameters }, sampling.signal)
      this.#say(sampling.signal.aborted ? 'Cancelled.' : `${parameters.count} completion${parameters.count > 1 ? 's' : ''} in ${durationText(seconds)}.`)
    } catch (error) {
      this.#problem = sampling.signal.aborted ? undefined : toViewError(error)
      this.#say(sampling.signal.aborted ? 'Cancelled.' : 'Sampling failed.')
    }
    this.#sampling = undefined
    this.#completions = this.#completions.filter((completion) => completion !== undefined)
    this.#changed()
  }

  #show(completion: Completion): void {
    if (!this.#sampling || completion.index < 0 || completion.index >= this.#completions.length) return
    this.#completions = this.#completions.map((known, index) => (index === completion.index ? completion : known))
    this.#saving ??= setTimeout(() => this.#save(), SAVE_PAUSE_MS)
    this.requestUpdate()
  }

  #cancel(): void {
    this.#sampling?.abort()
  }

  #reset(): void {
    this.#typed = STARTING
    this.#changed()
  }

  #changed(): void {
    this.#save()
    this.requestUpdate()
  }

  #save(): void {
    clearTimeout(this.#saving)
    this.#saving = undefined
    this.#connection.saveState({ prompt: this.#prompt, typed: this.#typed, completions: toKeep(this.#completions) })
  }

  #say(text: string): void {
    this.#said = text
    this.requestUpdate()
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.#sampling) this.#cancel()
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void this.#sample()
  }
}

function completionItem(completion: Completion | undefined, index: number, sampling: boolean): TemplateResult {
  const ended = completion?.done ? (completion.stopReason ?? 'done') : sampling ? (completion ? 'writing …' : 'waiting …') : 'not finished'
  return html`<li>
    <header><h2>${index + 1}</h2><span class="faint">${ended}</span>
      ${completion?.meanLogprob === undefined ? nothing : html`<span class="faint" title="Mean natural logarithm of the probability of its tokens">mean log-probability ${numberText(completion.meanLogprob)} nats</span>`}
    </header>
    <pre tabindex="0" role="group" aria-label=${`Completion ${index + 1}`}>${visibleText(completion?.text ?? '')}</pre>
  </li>`
}

customElements.define('lab-playground', PlaygroundApp)
