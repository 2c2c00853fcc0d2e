import { css, html, LitElement } from 'lit'
import { icon } from './icons.ts'
import { sharedStyles } from './sharedStyles.ts'

/**
 * What a term means, on hover and focus: `<lab-info-tip label="Reward" text="Mean total reward.">Reward</lab-info-tip>`. Escape
 * closes it; the text is also the description of its button for screen readers.
 */
export class InfoTip extends LitElement {
  static override properties = { label: {}, text: {}, open: { state: true } }
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: relative;
        display: inline-block;
        min-width: 0;
      }
      .term {
        display: flex;
        align-items: center;
        gap: 4px;
      }
      [role='tooltip'] {
        position: absolute;
        z-index: 10;
        top: calc(100% + 2px);
        left: 0;
        width: max-content;
        max-width: min(340px, 70vw);
        padding: 4px 8px;
        border: 1px solid var(--vscode-editorHoverWidget-border);
        border-radius: 3px;
        background: var(--vscode-editorHoverWidget-background);
        color: var(--vscode-editorHoverWidget-foreground, var(--vscode-foreground));
        font-weight: normal;
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      [role='tooltip']:not(.open) {
        visibility: hidden;
      }
    `
  ]

  declare label: string
  declare text: string
  declare open: boolean

  constructor() {
    super()
    this.label = ''
    this.text = ''
    this.open = false
  }

  override render() {
    const show = () => (this.open = true)
    const hide = () => (this.open = false)
    return html`<span class="term" @mouseenter=${show} @mouseleave=${hide}>
      <slot></slot>
      <button class="icon-button" type="button" aria-label=${`About ${this.label}`} aria-describedby="tip"
        @focus=${show} @blur=${hide} @click=${show} @keydown=${this.#onKey}>${icon('info')}</button>
      <span id="tip" role="tooltip" class=${this.open ? 'open' : ''}>${this.text}</span>
    </span>`
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.open) return
    event.stopPropagation()
    this.open = false
  }
}

if (!customElements.get('lab-info-tip')) customElements.define('lab-info-tip', InfoTip)
