import { css, html, LitElement, nothing } from 'lit'
import type { Rollout } from '../../../trainer/protocol/rollout.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { visibleText } from '../../protocol/visibleText.ts'
import { numberText, signedText } from '../rowText.ts'
import { scaleOf } from './tokenColours.ts'
import type { ColourMode, TokenValues } from './tokenColours.ts'
import { tokenStyles } from './tokenStyles.ts'

/** Stays at the foot of the trace: what the colours mean, and everything known of the token under the pointer or cursor. */
export class TokenLegend extends LitElement {
  static override properties = { segment: { attribute: false }, values: { attribute: false }, mode: {}, token: { type: Number } }
  static override styles = [
    sharedStyles,
    tokenStyles,
    css`
      :host {
        position: sticky;
        bottom: 0;
        z-index: 3;
        display: block;
        margin-top: 6px;
        padding: 4px 2px;
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        background: var(--vscode-editor-background);
        font-size: 0.92em;
      }
      .legend { display: flex; flex-wrap: wrap; gap: 2px 3px; align-items: center; }
      .legend .swatch { padding: 0 5px; border: 1px solid color-mix(in srgb, var(--vscode-foreground) 25%, transparent); font-variant-numeric: tabular-nums; }
      .value { min-height: 1.4em; overflow-wrap: anywhere; }
      code { font-family: var(--vscode-editor-font-family); background: var(--vscode-textCodeBlock-background); white-space: pre-wrap; }
    `
  ]

  declare segment: Rollout['segments'][number]
  declare values: TokenValues
  declare mode: ColourMode
  declare token: number

  override render() {
    return html`${this.mode === 'none' ? nothing : this.#legend(this.mode)}<div class="value" role="status">${this.#tokenWords()}</div>`
  }

  #legend(mode: Exclude<ColourMode, 'none'>) {
    const scale = scaleOf(mode, this.values)
    return html`<div class="legend" title=${scale.definition}><b>${scale.title}</b>&nbsp;${scale.classes.map(
      (name, bucket) => html`<span class="swatch ${name}">${scale.labels[bucket]}</span>`
    )}<span class="faint">${scale.definition}</span></div>`
  }

  #tokenWords() {
    const { token, segment, values } = this
    const id = segment.tokens[token]
    if (id === undefined) return html`<span class="faint">Point at a coloured token, or move with ← → (Ctrl for ten), to read its values.</span>`
    const end = segment.tokenEnds[token]
    const text = end === undefined ? undefined : segment.text.slice(token === 0 ? 0 : segment.tokenEnds[token - 1], end)
    const logprob = values.logprob?.[token]
    const optional = [
      logprob !== undefined && `log-probability ${numberText(logprob)} (${percent(Math.exp(logprob))})`,
      values.entropy && `entropy ${numberText(values.entropy[token])} nats`,
      values.advantage && `advantage ${signedText(values.advantage[token])}`,
      values.ratio && `ratio ${numberText(values.ratio[token])}`,
      values.clip && (values.clip[token] ? 'clipped' : 'not clipped'),
      values.drawn && `policy ÷ drawn ${numberText(values.drawn[token])}`,
      values.mask[token] === 0 && 'not trained on'
    ].filter((words) => typeof words === 'string')
    return html`Token ${token + 1} of ${segment.tokens.length} ${text === undefined ? nothing : html`<code>${text === '' ? '(no whole character)' : visibleText(text).replace(/\n/g, '⏎').replace(/\t/g, '⇥')}</code>`}
      (id ${id})${optional.map((words) => ` · ${words}`)}`
  }
}

const percent = (share: number) => `${numberText(share * 100)} %`

if (!customElements.get('lab-token-legend')) customElements.define('lab-token-legend', TokenLegend)
