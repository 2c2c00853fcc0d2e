import { html, nothing } from 'lit'
import { answerTable, rewardTable } from '../../inspector/detail/rewardTable.ts'
import { verdictSign, verdictWord } from '../../inspector/rowText.ts'
import { visibleLine, visibleText } from '../../protocol/visibleText.ts'
import type { OpenItem } from '../item/openItem.ts'
import { draftsAt } from '../judging/drafts.ts'
import { firstErrorOf, opinionIn, verdictOf } from '../judging/judgement.ts'
import type { Row } from '../judging/rows.ts'
import { draftBox, saidBox } from './boxes.ts'
import { definitions } from './definitions.ts'
import { opinionWords, sourceWords } from '../../labels/opinionWords.ts'
import { preferenceField } from './pairView.ts'
import { writingBox } from './writingBox.ts'

export interface PanelActions {
  readonly point: (row: number) => void
  readonly digit: (row: number, digit: number) => void
  readonly noneWrong: () => void
  readonly flag: () => void
  readonly typed: (text: string) => void
  readonly answer: (row: Row & { kind: 'field' }, value: string | number | boolean | undefined) => void
}

/** What is said of the whole: verdict, first error, label set, critique, flag; beneath it what blind mode hides. */
export function judgementPanel(open: OpenItem, blind: boolean, actions: PanelActions) {
  const traceDrafts = blind ? [] : draftsAt(open.drafts, undefined)
  return html`<div class="judgement">
    ${open.rows.map((row, index) => (row.kind === 'preference' ? preferenceField(open, actions) : row.kind === 'verdict' ? verdict(open, index, actions) : row.kind === 'field' ? field(open, row, index, actions) : nothing))}
    ${open.writing === 'critique' || open.writing === 'better' ? writingBox(open.writing, open.written(open.writing), actions.typed) : nothing}
    ${(['critique', 'better'] as const).flatMap((slot) => (open.writing === slot ? [] : saidBox(slot, opinionIn(open.judgement, slot))))}
    ${traceDrafts.map(({ label }) => draftBox(label))}
    ${flagButton(open, actions)}
    ${blind ? html`<p class="faint">Blind: reward, gold answer and others’ labels are hidden (i shows them).</p>` : known(open)}
    ${open.pair ? nothing : definitions()}</div>`
}

function verdict(open: OpenItem, index: number, { point, digit, noneWrong }: PanelActions) {
  const now = verdictOf(open.judgement)
  const first = firstErrorOf(open.judgement)
  return html`<section class="field ${open.cursor === index ? 'here' : ''}" tabindex=${open.cursor === index ? 0 : -1} data-row=${index} aria-current=${open.cursor === index ? 'true' : nothing}
      aria-label=${`Verdict: ${now ? verdictWord(now.right) : 'none'}`} @click=${() => point(index)}>
    <h2>Verdict <span class="faint">is the solution right?</span></h2>
    <div class="options" role="group" aria-label="Verdict">${[true, false].map((right, option) => html`
      <button type="button" tabindex="-1" class=${now?.right === right && now.follows ? 'follows' : ''} aria-pressed=${now?.right === right} @click=${() => digit(index, option + 1)}><kbd>${option + 1}</kbd> ${verdictSign(right)} ${verdictWord(right)}</button>`)}</div>
    ${now?.follows ? html`<p class="faint">Follows from the first error; v says otherwise.</p>` : nothing}
    <p>First wrong step: <b>${first === undefined ? '–' : first === null ? 'none' : first + 1}</b>
      <button type="button" class="link" tabindex="-1" aria-pressed=${first === null} title="No step is wrong (n)" @click=${noneWrong}>none is wrong</button></p>
  </section>`
}

function field(open: OpenItem, row: Row & { kind: 'field' }, index: number, actions: PanelActions) {
  const { set, field: { name, title, description, required } } = row
  const here = open.cursor === index
  const heading = open.rows.findIndex((each) => each.kind === 'field') === index ? html`<h2>${visibleLine(set.title, 80)}</h2>` : nothing
  return html`${heading}<section class="field ${here ? 'here' : ''}" tabindex=${here ? 0 : -1} data-row=${index} aria-current=${here ? 'true' : nothing} aria-label=${visibleLine(title, 80)} @click=${() => actions.point(index)}>
    <h3>${visibleLine(title, 80)}${required ? html` <span class="faint">required</span>` : nothing}</h3>
    ${description === '' ? nothing : html`<p class="faint">${visibleText(description.slice(0, 1000))}</p>`}
    ${fieldInput(open, row, index, actions)}
    ${here && open.writing === `rubric:${set.name}` ? writingBox(open.writing, open.written(open.writing), actions.typed) : textAnswer(open.answers[name], row)}
  </section>`
}

const textAnswer = (value: unknown, row: Row & { kind: 'field' }) => (row.field.type === 'text' ? html`<div class="said words">${value === undefined ? html`<span class="faint">c writes</span>` : visibleText(String(value))}</div>` : nothing)

function fieldInput(open: OpenItem, row: Row & { kind: 'field' }, index: number, { digit, answer }: PanelActions) {
  const { field: { type, options = [], name, title, minimum, maximum } } = row
  const value = open.answers[name]
  if (type === 'text') return nothing
  if (type === 'number' || type === 'integer') {
    return html`<label class="faint">${minimum ?? '…'} to ${maximum ?? '…'} <input type="number" tabindex="-1" aria-label=${visibleLine(title, 80)} step=${type === 'integer' ? 1 : 'any'} min=${minimum ?? nothing} max=${maximum ?? nothing}
      .value=${value === undefined ? '' : String(value)} @change=${(event: Event) => answer(row, numberOf(event))}></label>`
  }
  const choices: readonly (readonly [string | boolean, string])[] = type === 'boolean' ? [[true, 'yes'], [false, 'no']] : options.map((option) => [option, visibleLine(option, 60)] as const)
  return html`<div class="options" role="group" aria-label=${visibleLine(title, 80)}>${choices.map(([option, words], at) => html`
    <button type="button" tabindex="-1" aria-pressed=${value === option} @click=${() => digit(index, at + 1)}>${at < 9 ? html`<kbd>${at + 1}</kbd> ` : nothing}${words}</button>`)}</div>`
}

function numberOf(event: Event): number | undefined {
  const { value, valueAsNumber } = event.currentTarget as HTMLInputElement
  return value === '' || !Number.isFinite(valueAsNumber) ? undefined : valueAsNumber
}

function flagButton(open: OpenItem, { flag }: PanelActions) {
  return html`<p><button type="button" class="tool" aria-pressed=${opinionIn(open.judgement, 'flag') !== undefined} title="Flag: something is off with the problem or the trace (f)" @click=${flag}>⚑ Flag</button></p>`
}

/** Reward, gold answer and what others said. */
function known({ item: { rollout, qualityControl }, labeler, labels }: OpenItem) {
  const others = (qualityControl ? [] : labels).filter((label) => !label.draft && (label.labeler !== labeler || label.source.kind !== 'human') && opinionWords(label.opinion) !== '')
  return html`<details open><summary>What is known</summary>
    <p>Verifier: <b>${verdictSign(rollout.correct)} ${verdictWord(rollout.correct)}</b></p>${answerTable(rollout)}${rewardTable(rollout)}</details>
    ${others.length === 0 ? nothing : html`<details open><summary>Others’ labels</summary><ul class="others">${others.slice(0, 200).map((label) => html`
      <li><b>${sourceWords(label)}</b> ${label.anchor.step === undefined ? '' : `step ${label.anchor.step + 1}: `}${opinionWords(label.opinion, 1000)}</li>`)}</ul></details>`}`
}
