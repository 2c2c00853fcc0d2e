import { html, nothing } from 'lit'
import type { Rollout } from '../../../trainer/protocol/rollout.ts'
import { visibleText } from '../../protocol/visibleText.ts'
import { numberText } from '../rowText.ts'

const LONGEST_WHY = 4000

/** Where parts come from, as far as files of the workspace gave them: their positions, and what can be done with them. */
export interface PartLinks {
  readonly parts: ReadonlySet<number>
  readonly open: (part: number) => void
  readonly debug: (part: number) => void
}

/** Each part with score × weight and why, and what they sum to. */
export function rewardTable(rollout: Rollout, links?: PartLinks) {
  const { parts, total } = rollout.reward
  return html`<table aria-label="Reward parts">
    <thead><tr><th>Reward part</th><th class="number">Score</th><th class="number">× Weight</th><th class="number">=</th><th>Why</th></tr></thead>
    <tbody>${parts.map((part, index) => html`<tr>
        <td>${links?.parts.has(index) === true ? linked(part.name, index, links) : visibleText(part.name)}</td>
        <td class="number ${part.score === null ? 'alarming' : ''}">${part.score === null ? 'not scorable' : numberText(part.score)}</td>
        <td class="number">${numberText(part.weight)}</td>
        <td class="number">${part.score === null ? '–' : numberText(part.score * part.weight)}</td>
        <td>${visibleText(part.why.slice(0, LONGEST_WHY))}</td></tr>`)}
      <tr class="sum"><td>Total</td><td></td><td></td><td class="number">${numberText(total)}</td><td>${total === null ? 'a part that counts could not be scored' : nothing}</td></tr>
    </tbody></table>`
}

function linked(name: string, part: number, { open, debug }: PartLinks) {
  return html`<button type="button" class="link" title="Open the line of this reward" @click=${() => open(part)}>${visibleText(name)}</button>
    <button type="button" class="tool" title="Debug this reward on this rollout" aria-label=${`Debug ${visibleText(name)} on this rollout`} @click=${() => debug(part)}>Debug</button>`
}

/** What the grader read as the answer, against what it should be. */
export function answerTable(rollout: Rollout) {
  const parsed = rollout.answer === null ? html`<i>none found</i>` : html`<span class="code">${visibleText(rollout.answer.slice(0, LONGEST_WHY))}</span>`
  const gold = rollout.gold === undefined ? html`<i>not recorded</i>` : html`<span class="code">${visibleText(rollout.gold.slice(0, LONGEST_WHY))}</span>`
  return html`<table aria-label="Answer"><tbody><tr><th scope="row">Parsed answer</th><td>${parsed}</td></tr><tr><th scope="row">Gold answer</th><td>${gold}</td></tr></tbody></table>`
}
