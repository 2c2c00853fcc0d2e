import { html, nothing } from 'lit'
import type { Rollout } from '../../../trainer/protocol/rollout.ts'
import { completionLength } from '../../../trainer/protocol/toolTokens.ts'
import { sampledText } from '../../protocol/sampledText.ts'
import { stopWord } from '../../protocol/stopWords.ts'
import { visibleLine, visibleText } from '../../protocol/visibleText.ts'
import { countText, keptWord, numberText, signedText, unitsText, verdictClass, verdictSign, verdictWord } from '../rowText.ts'
import { advantageOf } from './groupNumbers.ts'

/** Verdict, reward, length and what became of it. */
export function outcome(rollout: Rollout) {
  const stop = rollout.segments[0]?.stopReason ?? ''
  return html`<div class="facts">
      <span class="verdict ${verdictClass(rollout.correct)}">${verdictSign(rollout.correct)} ${verdictWord(rollout.correct)}</span>
      <span>reward <b>${numberText(rollout.reward.total)}</b></span><span>advantage <b>${signedText(advantageOf(rollout))}</b></span>
      <span>${unitsText(completionLength(rollout), 'token')}</span><span>stop: <b class=${stop === 'length' || stop === 'error' ? 'alarming' : ''}>${stopWord(stop)}</b></span>
      ${rollout.filter ? filterWords(rollout.filter) : nothing}
      ${rollout.superseded ? html`<span class="alarming">this attempt was done again later</span>` : nothing}</div>`
}

function filterWords({ kept, why }: NonNullable<Rollout['filter']>) {
  const word = keptWord(kept)
  return html`<span><b class=${kept ? '' : 'alarming'}>${word}</b>${why === word ? nothing : html` ${visibleLine(why, 120)}`}</span>`
}

/** When, by which policy and from which seed it was sampled. */
export function origin(rollout: Rollout) {
  const rows: [string, unknown][] = [
    ['Rollout', html`<span class="code">${visibleText(rollout.id)}</span>`],
    ['Problem', html`<span class="code">${visibleLine(rollout.problemId, 200)}</span>`],
    ['Group', `${visibleLine(rollout.group, 80)}, sample ${rollout.sampleIndex}`],
    ['Kind', `${rollout.kind}, stage ${visibleLine(rollout.stage, 60)}, step ${rollout.step}, attempt ${rollout.attempt}`],
    ['Environment', `${visibleLine(rollout.environment, 80)} ${visibleLine(JSON.stringify(rollout.params), 400)}`],
    ['Policy', `${countText(rollout.policyVersion)} optimiser steps seen`],
    ['Seed', String(rollout.seed)],
    ['Sampled', sampledText({ ...rollout.timing, sampledAt: visibleLine(rollout.timing.sampledAt, 40) })],
    ...Object.entries(rollout.tags).slice(0, 50).map(([name, value]): [string, unknown] => [visibleLine(name, 60), visibleLine(value, 400)])
  ]
  const shown = rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)
  return html`<h3>How it came about</h3><table aria-label="How it came about"><tbody>${shown}</tbody></table>`
}
