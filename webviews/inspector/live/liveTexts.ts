import { css, html, LitElement } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { visibleLine, visibleText } from '../../protocol/visibleText.ts'
import { unitsText } from '../rowText.ts'
import type { LiveText } from './livePartials.ts'

const SHOWN = 24

/** Completions while they are sampled. Not a live region: text streams too fast to be read out. */
export class LiveTexts extends LitElement {
  static override properties = { texts: { attribute: false } }
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; padding: 8px 12px; overflow-y: auto; }
      h2 { margin: 0 0 6px; font-size: 1em; }
      ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(280px, 100%), 1fr)); gap: 8px; margin: 0; padding: 0; list-style: none; }
      li { min-width: 0; padding: 6px 8px; border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, currentColor)); border-radius: 3px; }
      .head { display: flex; gap: 8px; white-space: nowrap; }
      .problem { min-width: 0; overflow: hidden; text-overflow: ellipsis; }
      .text {
        display: flex; flex-direction: column-reverse; max-height: 7.5em; min-height: 1.5em; overflow: hidden; white-space: pre-wrap; overflow-wrap: anywhere;
        font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size);
      }
    `
  ]

  declare texts: readonly LiveText[]

  override render() {
    const shown = this.texts.slice(0, SHOWN)
    return html`<h2>Being sampled <span class="faint">${unitsText(this.texts.length, 'completion')}${this.texts.length > SHOWN ? `, ${SHOWN} shown` : ''}</span></h2>
      <ul>${repeat(shown, (text) => `${text.run} ${text.kind} ${text.step} ${text.group} ${text.sampleIndex}`, (text) => html`<li>
        <div class="head faint"><span>${text.kind === 'evaluation' ? 'evaluation, ' : ''}step ${text.step}</span><span class="problem">${visibleLine(text.problem, 60)}</span><span>#${text.sampleIndex}</span></div>
        <div class="text"><div>${visibleText(text.text.trim())}</div></div></li>`)}</ul>`
  }
}

if (!customElements.get('lab-live-texts')) customElements.define('lab-live-texts', LiveTexts)
