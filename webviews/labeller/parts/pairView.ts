import { html } from 'lit'
import { opinionIn } from '../judging/judgement.ts'
import { piecesOf, readingPieces } from '../item/traceSteps.ts'
import { PREFERRED } from '../item/openItem.ts'
import type { OpenItem } from '../item/openItem.ts'
import { answerTable } from '../../inspector/detail/rewardTable.ts'
import { verdictSign, verdictWord } from '../../inspector/rowText.ts'
import { visibleText } from '../../protocol/visibleText.ts'
import { pieceText } from './traceSteps.ts'
import type { TraceLook } from './traceSteps.ts'
import { writingBox } from './writingBox.ts'

export interface PreferenceActions {
  readonly digit: (row: number, digit: number) => void
  readonly typed: (text: string) => void
}

/** Two attempts at one problem side by side. */
export function pairView(open: OpenItem, look: TraceLook) {
  const preferred = opinionIn<'preference'>(open.judgement, 'preference')?.preferred
  return html`<div class="pair">${(['this', 'other'] as const).map((side, index) => attempt(open, side, index + 1, preferred === side, look))}</div>`
}

/** Which of the two is better, and why. */
export function preferenceField(open: OpenItem, { digit, typed }: PreferenceActions) {
  const now = opinionIn<'preference'>(open.judgement, 'preference')
  const here = open.row?.kind === 'preference'
  return html`<section class="field ${here ? 'here' : ''}" tabindex=${here ? 0 : -1} data-row="0" aria-current=${here ? 'true' : 'false'} aria-label="Preference">
      <h2>Which is better?</h2>
      <div class="options" role="group" aria-label="Preference">${['1 the first', '2 the second', '3 neither'].map((words, index) => html`
        <button type="button" tabindex="-1" aria-pressed=${now !== undefined && now.preferred === PREFERRED[index]} @click=${() => digit(0, index + 1)}><kbd>${words.slice(0, 1)}</kbd> ${words.slice(2)}</button>`)}</div>
      ${open.writing === 'preference' ? writingBox('preference', open.written('preference'), typed) : html`<p class="words">${now?.rationale ? visibleText(now.rationale) : html`<span class="faint">c writes why</span>`}</p>`}
    </section>`
}

function attempt(open: OpenItem, side: 'this' | 'other', number: number, preferred: boolean, look: TraceLook) {
  const rollout = side === 'this' ? open.item.rollout : open.item.other ?? open.item.rollout
  const segment = side === 'this' ? open.text : rollout.segments[0]!
  return html`<section class="attempt ${preferred ? 'preferred' : ''}" aria-label=${`Attempt ${number}`}><h2>${number}${preferred ? ' ✓ better' : ''}</h2>
    ${readingPieces(segment.text, piecesOf(segment)).map((piece) => html`<div class="piece ${piece.kind === 'between' ? 'faint' : ''}">${pieceText(segment.text, piece, look, piece.tail)}</div>`)}
    ${look.blind ? '' : html`<p>Verifier: <b>${verdictSign(rollout.correct)} ${verdictWord(rollout.correct)}</b></p>${answerTable(rollout)}`}</section>`
}
