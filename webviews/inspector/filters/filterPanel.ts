import { css, html, LitElement, nothing } from 'lit'
import type { RolloutFilter } from '../../../trainer/protocol/rolloutViews.ts'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { visibleLine } from '../../protocol/visibleText.ts'
import { stopWord } from '../../protocol/stopWords.ts'
import { readWhere, writeWhere } from './brushedWhere.ts'
import { LABEL_WORDS, readBounds, withCondition, withPart } from './filterChips.ts'

const STOP_REASONS = ['endOfText', 'stopString', 'length', 'cancelled', 'error'] as const
const LABEL_STATES = Object.entries(LABEL_WORDS) as (readonly [keyof typeof LABEL_WORDS, string])[]
const VERDICTS = [['right', 'right'], ['wrong', 'wrong'], ['notScorable', 'not scorable']] as const

/** All conditions of the filter as fields. Fires `filterchange` with the new filter. */
export class FilterPanel extends LitElement {
  static override properties = { filter: { attribute: false }, parts: { attribute: false }, environments: { attribute: false }, mistakes: { state: true } }
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(190px, 1fr));
        gap: 8px 14px;
        padding: 8px 10px;
      }
      fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
      legend { padding: 0; font-size: 0.92em; color: var(--vscode-descriptionForeground); overflow-wrap: anywhere; }
      .range { display: flex; gap: 4px; align-items: center; }
      .mistake { margin: 2px 0 0; color: var(--vscode-errorForeground); font-size: 0.92em; overflow-wrap: anywhere; }
      .wide { grid-column: 1 / -1; }
      input, select {
        width: 100%;
        min-width: 0;
        padding: 2px 4px;
        border: 1px solid var(--vscode-input-border, var(--vscode-dropdown-border, var(--vscode-contrastBorder, transparent)));
        background: var(--vscode-input-background);
        color: var(--vscode-input-foreground);
        font: inherit;
      }
      .choices { display: flex; flex-wrap: wrap; gap: 2px 10px; }
      label { display: inline-flex; gap: 4px; align-items: center; }
      label input { width: auto; accent-color: var(--vscode-checkbox-selectBackground, var(--vscode-focusBorder)); }
      .where { font-family: var(--vscode-editor-font-family); }
    `
  ]

  declare filter: RolloutFilter
  declare parts: readonly string[]
  declare environments: readonly string[]
  /** What is wrong with ranges that were typed, by title; each with the range that the filter still has. */
  declare mistakes: ReadonlyMap<string, { readonly mistake: string; readonly kept: RolloutFilter['reward'] }>

  constructor() {
    super()
    this.mistakes = new Map()
  }

  override render() {
    const { filter } = this
    return html`
      ${this.#range('Step', filter.steps, true, (steps) => withCondition(filter, 'steps', steps))}
      ${this.#range('Reward', filter.reward, false, (reward) => withCondition(filter, 'reward', reward))}
      ${this.#range('Tokens', filter.tokens, true, (tokens) => withCondition(filter, 'tokens', tokens))}
      ${this.parts.map((part) => this.#range(`Score of ${visibleLine(part, 40)}`, filter.parts?.[part], false, (bounds) => withPart(filter, part, bounds)))}
      ${this.#choices('Verdict', VERDICTS, filter.verdicts ?? [], (verdicts) => withCondition(filter, 'verdicts', verdicts))}
      ${this.#choices('Kind', [['train', 'training'], ['evaluation', 'evaluation']] as const, filter.kinds ?? [], (kinds) => withCondition(filter, 'kinds', kinds))}
      ${this.#choices('Stopped by', STOP_REASONS.map((reason) => [reason, stopWord(reason)] as const), filter.stopReasons ?? [], (reasons) => withCondition(filter, 'stopReasons', reasons))}
      ${this.#choices('Labels', LABEL_STATES, filter.labels ?? [], (labels) => withCondition(filter, 'labels', labels))}
      ${this.environments.length > 1
        ? this.#choices('Environment', this.environments.map((name) => [name, visibleLine(name, 40)] as const), filter.environments ?? [], (names) => withCondition(filter, 'environments', names))
        : nothing}
      ${this.#oneOf('Rewards of the group', [[undefined, 'any'], [true, 'all equal'], [false, 'differ']], filter.zeroVariance, (value) => withCondition(filter, 'zeroVariance', value))}
      ${this.#oneOf('Group filter', [[undefined, 'any'], [true, 'kept'], [false, 'dropped']], filter.kept, (value) => withCondition(filter, 'kept', value))}
      ${this.#oneOf('Attempts done again', [[undefined, 'left out'], [true, 'shown']], filter.superseded, (value) => withCondition(filter, 'superseded', value))}
      <fieldset class="wide"><legend>SQL condition over the columns of a rollout, for instance <code>reward &gt; 0.5 AND completionTokens &lt; 200</code></legend>
        <input class="where" type="text" maxlength="4000" aria-label="SQL condition" spellcheck="false" .value=${readWhere(filter.where).typed}
          @change=${(event: Event) => this.#tell(withCondition(filter, 'where', writeWhere({ ...readWhere(filter.where), typed: inputOf(event).value.trim() })))}></fieldset>`
  }

  #range(title: string, value: RolloutFilter['reward'], integers: boolean, apply: (bounds: RolloutFilter['reward']) => RolloutFilter) {
    const wrong = this.mistakes.get(title)
    const mistake = wrong?.kept === value ? wrong?.mistake : undefined
    const changed = (event: Event) => {
      const [from, to] = [...(inputOf(event).closest('fieldset')?.querySelectorAll('input') ?? [])].map((input) => input.value)
      const read = readBounds(from ?? '', to ?? '', integers)
      const others = [...this.mistakes].filter(([other]) => other !== title)
      this.mistakes = new Map('mistake' in read ? [...others, [title, { mistake: read.mistake, kept: value }]] : others)
      if ('bounds' in read) this.#tell(apply(read.bounds))
    }
    return html`<fieldset><legend>${title}</legend><div class="range">
      <input type="text" inputmode="decimal" aria-label="${title} from" aria-invalid=${mistake !== undefined} placeholder="from" .value=${String(value?.from ?? '')} @change=${changed}>
      <span aria-hidden="true">–</span>
      <input type="text" inputmode="decimal" aria-label="${title} to" aria-invalid=${mistake !== undefined} placeholder="to" .value=${String(value?.to ?? '')} @change=${changed}>
    </div>${mistake === undefined ? nothing : html`<p class="mistake" role="alert">${mistake}</p>`}</fieldset>`
  }

  #choices<T extends string>(title: string, options: readonly (readonly [T, string])[], chosen: readonly T[], apply: (chosen: T[]) => RolloutFilter) {
    const toggled = (option: T, on: boolean) => this.#tell(apply(options.map(([name]) => name).filter((name) => (name === option ? on : chosen.includes(name)))))
    return html`<fieldset><legend>${title}</legend><div class="choices">${options.map(
      ([option, label]) => html`<label><input type="checkbox" .checked=${chosen.includes(option)} @change=${(event: Event) => toggled(option, inputOf(event).checked)}>${label}</label>`
    )}</div></fieldset>`
  }

  #oneOf<T>(title: string, options: readonly (readonly [T, string])[], chosen: T, apply: (chosen: T) => RolloutFilter) {
    const choose = (event: Event) => {
      const option = options[(event.currentTarget as HTMLSelectElement).selectedIndex]
      if (option) this.#tell(apply(option[0]))
    }
    return html`<fieldset><legend>${title}</legend><select aria-label=${title} @change=${choose}>
      ${options.map(([option, label]) => html`<option .selected=${option === chosen}>${label}</option>`)}
    </select></fieldset>`
  }

  #tell(filter: RolloutFilter): void {
    this.dispatchEvent(new CustomEvent<RolloutFilter>('filterchange', { detail: filter }))
  }
}

const inputOf = (event: Event) => event.currentTarget as HTMLInputElement

if (!customElements.get('lab-filter-panel')) customElements.define('lab-filter-panel', FilterPanel)
