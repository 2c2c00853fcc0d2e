import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import type { LabelState } from '../../../trainer/protocol/labelViews.ts'
import type { Excerpt, GroupRow, RolloutRow } from '../../../trainer/protocol/rolloutViews.ts'
import { stopWord } from '../../protocol/stopWords.ts'
import { visibleLine } from '../../protocol/visibleText.ts'
import { countText, fixedText, numberText, signedFixedText, unitsText, verdictClass, verdictSign, verdictWord } from '../rowText.ts'

/** Reward that fills the bar of a row: most rewards lie within one. */
const BAR_REWARD = 1

export function rolloutCells(row: RolloutRow, excerpt: Excerpt | null | undefined, labels: LabelState | null | undefined): TemplateResult {
  return html`
    <span role="gridcell" class="verdict ${verdictClass(row.correct)}"><span aria-hidden="true">${verdictSign(row.correct)}</span><span class="visually-hidden">${verdictWord(row.correct)}</span></span>
    <span role="gridcell" class="step number">${row.step}</span>
    <span role="gridcell" class="problem">${problemName(row, excerpt)}<span class="faint">#${row.sampleIndex}</span></span>
    <span role="gridcell" class="reward number">${bar(row.reward)}${fixedText(row.reward)}</span>
    <span role="gridcell" class="advantage number ${signClass(row.advantage)}">${signedFixedText(row.advantage)}</span>
    <span role="gridcell" class="tokens number">${countText(row.completionTokens)}</span>
    <span role="gridcell" class="stop ${row.stopReason === 'length' || row.stopReason === 'error' ? 'alarming' : 'faint'}">${stopWord(row.stopReason)}</span>
    <span role="gridcell" class="excerpt faint">${marks(row, labels)}${excerpt ? visibleLine(excerpt.completion.trimStart(), 200) : nothing}</span>`
}

export function groupCells(row: GroupRow, excerpt: Excerpt | null | undefined): TemplateResult {
  const kept = row.kept === null ? 'not filtered' : row.kept ? 'kept' : 'dropped'
  return html`
    <span role="gridcell" class="verdict ${row.kept === false ? 'unknown' : ''}"><span aria-hidden="true">${row.kept === false ? '⊘' : '●'}</span><span class="visually-hidden">${kept}</span></span>
    <span role="gridcell" class="step number">${row.step}</span>
    <span role="gridcell" class="problem">${problemName(row, excerpt)}</span>
    <span role="gridcell" class="right number">${row.right} of ${row.graded}</span>
    <span role="gridcell" class="reward number">${bar(row.meanReward)}${fixedText(row.meanReward)}</span>
    <span role="gridcell" class="tokens number">${countText(Math.round(row.meanTokens))}</span>
    <span role="gridcell" class="excerpt faint">${groupLine(row, kept)}</span>`
}

/** The problem by the first words of its prompt, its id on hover; by the id where the prompt cannot be read. */
function problemName({ problemId }: RolloutRow | GroupRow, excerpt: Excerpt | null | undefined) {
  const id = visibleLine(problemId, 80)
  const words = excerpt === undefined ? '' : visibleLine(excerpt?.prompt.trimStart() ?? '', 80) || id
  return html`<span class="name" title=${`Problem ${id}`}>${words}</span>`
}

export const skeletonCells = () => html`<span role="gridcell" class="loading">…</span>`

function groupLine(row: GroupRow, kept: string): string {
  const range = row.minReward === null ? 'no reward' : `reward ${numberText(row.minReward)} to ${numberText(row.maxReward)}`
  return `${unitsText(row.size, 'attempt')} · ${range} · ${kept}${row.zeroVariance ? ' · all rewards equal' : ''}${row.kind === 'evaluation' ? ' · evaluation' : ''}`
}

function marks(row: RolloutRow, labels: LabelState | null | undefined) {
  const words = [row.kind === 'evaluation' ? 'evaluation' : '', row.superseded ? 'done again' : '', row.kept === false ? 'dropped' : '', ...labelWords(labels)].filter((word) => word !== '')
  return words.map((word) => html`<span class="mark">${word}</span> `)
}

/** What was said of the rollout, as marks. */
export function labelWords(labels: LabelState | null | undefined): string[] {
  if (!labels) return []
  const { labels: count, drafts, flagged, disagreeing } = labels
  return [count > 0 ? unitsText(count, 'label') : '', drafts > 0 ? unitsText(drafts, 'draft') : '', flagged ? 'flagged' : '', disagreeing ? 'labelers differ' : '']
}

export function bar(value: number | null): TemplateResult | typeof nothing {
  if (value === null) return nothing
  const share = Math.min(1, Math.abs(value) / BAR_REWARD)
  return html`<span class="bar ${value < 0 ? 'negative' : ''}" aria-hidden="true"><span .style=${`width: ${share * 100}%`}></span></span>`
}

const signClass = (value: number | null) => (value === null || value === 0 ? 'faint' : value > 0 ? 'positive' : 'negative')
