import { css, html, LitElement, nothing } from 'lit'
import type { GroupAttempt } from '../../../trainer/protocol/rolloutViews.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { stopWord } from '../../protocol/stopWords.ts'
import { visibleLine, visibleText } from '../../protocol/visibleText.ts'
import { countText, keptWord, numberText, signedText, unitsText, verdictClass, verdictSign, verdictWord } from '../rowText.ts'
import { detailStyles } from './detailStyles.ts'
import { groupNumbers } from './groupNumbers.ts'

/** The attempts at one problem side by side. Fires `openrollout` with the id. */
export class GroupView extends LitElement {
  static override properties = { rollouts: { attribute: false }, current: {} }
  static override styles = [
    sharedStyles,
    detailStyles,
    css`
      :host { display: block; }
      ol { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(230px, 100%), 1fr)); gap: 8px; margin: 8px 0; padding: 0; list-style: none; }
      li { min-width: 0; }
      li > button {
        display: flex; flex-direction: column; align-items: stretch; width: 100%; height: 100%; padding: 6px 8px; border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, currentColor));
        border-radius: 3px; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer;
      }
      li > button:hover { background: var(--vscode-list-hoverBackground); }
      li > button[aria-current='true'] { border-color: var(--vscode-focusBorder); box-shadow: inset 0 0 0 1px var(--vscode-focusBorder); }
      .measure { display: grid; grid-template-columns: 68px 1fr 64px; gap: 6px; align-items: center; font-size: 0.92em; }
      .measure .bar { width: 100%; margin: 0; }
      .measure > :last-child { text-align: right; font-variant-numeric: tabular-nums; }
      .two { position: relative; height: 8px; background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent); }
      .two span { position: absolute; top: 0; bottom: 0; background: var(--vscode-charts-blue); }
      .two span.negative { background: var(--vscode-charts-red, var(--vscode-foreground)); }
      .end { display: flex; flex-direction: column-reverse; margin-top: 4px; max-height: 9em; overflow: hidden; font-size: 0.92em; }
      .head { display: flex; justify-content: space-between; gap: 8px; }
    `
  ]

  declare rollouts: readonly GroupAttempt[]
  /** Id of the attempt that is open. */
  declare current: string | undefined

  override render() {
    const { rollouts } = this
    const [first] = rollouts
    if (!first) return html`<div class="empty" role="status">Reading the group…</div>`
    const numbers = groupNumbers(rollouts)
    return html`<div class="facts">
        <span><b>${numbers.right} of ${numbers.graded}</b> right</span>
        <span>reward <b>${numberText(numbers.meanReward)}</b> ± ${numberText(numbers.deviation)} (mean, standard deviation)</span>
        <span>${unitsText(rollouts.length, 'attempt')}</span>
        <span>${filterWords(first)}</span>
      </div>
      ${numbers.equalRewards === undefined ? nothing : html`<div class="notice">${numbers.equalRewards}</div>`}
      <ol aria-label="Attempts">${rollouts.map((rollout) => this.#attempt(rollout, numbers))}</ol>`
  }

  #attempt(attempt: GroupAttempt, numbers: ReturnType<typeof groupNumbers>) {
    const { id, correct, sampleIndex, reward, advantage, completionTokens: tokens, answer, ending } = attempt
    return html`<li><button type="button" aria-current=${id === this.current} @click=${() => this.#open(id)}>
      <span class="head"><span class="verdict ${verdictClass(correct)}">${verdictSign(correct)} ${verdictWord(correct)}</span><span class="faint">#${sampleIndex} · ${stopWord(attempt.stopReason)}</span></span>
      <span class="measure"><span>Reward</span>${share(reward, numbers.largestReward)}<span>${numberText(reward)}</span></span>
      <span class="measure"><span>Advantage</span>${twoSided(advantage, numbers.largestAdvantage)}<span>${signedText(advantage)}</span></span>
      <span class="measure"><span>Tokens</span>${share(tokens, numbers.longest)}<span>${countText(tokens)}</span></span>
      <div>Answer <span class="code">${answer === null ? 'none found' : visibleText(answer)}</span></div>
      <div class="code end faint"><div>${visibleText(ending)}</div></div></button></li>`
  }

  #open(id: string): void {
    this.dispatchEvent(new CustomEvent('openrollout', { detail: id }))
  }
}

function filterWords({ kept, filterWhy }: GroupAttempt) {
  if (kept === null) return html`<span class="faint">no group filter applied</span>`
  const word = keptWord(kept)
  const why = visibleLine(filterWhy ?? '', 1000)
  return html`<b class=${kept ? '' : 'alarming'}>${word}</b> by the group filter${why === '' || why === word ? nothing : html`: ${why}`}`
}

function share(value: number | null, largest: number) {
  const width = value === null || largest === 0 ? 0 : Math.min(1, Math.abs(value) / largest)
  return html`<span class="bar ${(value ?? 0) < 0 ? 'negative' : ''}" aria-hidden="true"><span .style=${`width: ${width * 100}%`}></span></span>`
}

/** A bar that grows from the middle: right for more, left for less. */
function twoSided(value: number | null, largest: number) {
  const width = value === null || largest === 0 ? 0 : Math.min(50, (Math.abs(value) / largest) * 50)
  const negative = (value ?? 0) < 0
  return html`<span class="two" aria-hidden="true"><span class=${negative ? 'negative' : ''} .style=${`left: ${negative ? 50 - width : 50}%; width: ${width}%`}></span></span>`
}

if (!customElements.get('lab-group')) customElements.define('lab-group', GroupView)
