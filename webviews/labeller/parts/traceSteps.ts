import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { guard } from 'lit/directives/guard.js'
import type { StepRating } from '../../../trainer/protocol/label.ts'
import { LONGEST_RICH, richText } from '../../inspector/trace/richText.ts'
import { verdictClass, verdictSign } from '../../inspector/rowText.ts'
import { visibleText } from '../../protocol/visibleText.ts'
import type { OpenItem } from '../item/openItem.ts'
import { readingPieces } from '../item/traceSteps.ts'
import type { ReadingPiece, TracePiece } from '../item/traceSteps.ts'
import { draftsAt } from '../judging/drafts.ts'
import type { OpenDraft } from '../judging/drafts.ts'
import { firstErrorOf, opinionIn, ratingIn } from '../judging/judgement.ts'
import { RATINGS, ratingWords } from '../judging/rating.ts'
import { stepOf } from '../judging/slots.ts'
import type { Slot } from '../judging/slots.ts'
import { draftBox, saidBox } from './boxes.ts'
import { writingBox } from './writingBox.ts'

/** Units of a piece that are shown; the text document has them all. */
const SHOWN_UNITS = 100_000

export interface TraceActions {
  readonly point: (row: number) => void
  readonly rate: (row: number, rating: StepRating) => void
  readonly typed: (text: string) => void
}

export interface TraceLook {
  readonly rich: boolean
  /** Reward, checks and others' labels are hidden. */
  readonly blind: boolean
}

/** What all steps need, found once a drawing. */
interface SaidOfSteps {
  readonly first: number | null | undefined
  readonly drafts: readonly OpenDraft[]
}

/** The trace in reading order: each step with its rating, what the checker says, and what is said of it. */
export function traceSteps(open: OpenItem, look: TraceLook, actions: TraceActions) {
  const { text } = open.text
  if (text === '') return html`<p class="faint">The completion is empty.</p>`
  const said: SaidOfSteps = { first: firstErrorOf(open.judgement), drafts: look.blind ? [] : open.drafts }
  const steps = open.pieces.filter(({ kind }) => kind === 'step').length
  return html`<div class="trace" role="list" aria-label=${`${steps} steps`}>${readingPieces(text, open.pieces).map((piece) => (piece.kind === 'step' ? step(open, piece, said, look, actions) : between(open, piece, look)))}</div>
    ${steps === 0 ? html`<p class="faint">No steps were found in this trace: it is judged as a whole.</p>` : nothing}`
}

function step(open: OpenItem, piece: ReadingPiece, { first, drafts }: SaidOfSteps, look: TraceLook, actions: TraceActions): TemplateResult {
  const { judgement } = open
  const rating = ratingIn(judgement, piece.step)
  const here = open.row?.kind === 'step' && open.row.step === piece.step
  const after = typeof first === 'number' && piece.step > first
  const words = rating === undefined ? 'not rated' : ratingWords(rating).name
  return html`<section role="listitem" class="step ${here ? 'here' : ''} ${after ? 'after' : ''} ${rating === undefined ? '' : `rated-${rating}`}" tabindex=${here ? 0 : -1} data-row=${piece.step}
      aria-current=${here ? 'step' : nothing} aria-label=${`Step ${piece.step + 1}, ${words}${first === piece.step ? ', first wrong step' : ''}`} @click=${() => actions.point(piece.step)}>
    <div class="gutter"><span class="sign" aria-hidden="true">${rating === undefined ? '' : ratingWords(rating).sign}</span><span class="faint number">${piece.step + 1}</span></div>
    <div class="content">${pieceText(open.text.text, piece, look, piece.tail)}
      ${first === piece.step ? html`<span class="first-error">first wrong step</span>` : nothing}
      ${look.blind ? nothing : checkOf(open, piece)}
      ${ofStep(open, piece.step, drafts)}
      ${open.writing !== undefined && stepOf(open.writing) === piece.step ? writingBox(open.writing, open.written(open.writing), actions.typed) : nothing}
    </div>
    <div class="ratings" role="group" aria-label=${`Rating of step ${piece.step + 1}`}>${RATINGS.map(({ rating: each, sign, name, key, definition }) => html`
      <button type="button" tabindex="-1" aria-pressed=${each === rating} aria-label=${`${sign} ${name}`} title=${`${name} (${key}): ${definition}`} @click=${(event: Event) => (event.stopPropagation(), actions.rate(piece.step, each))}>${sign}</button>`)}</div>
  </section>`
}

function between(open: OpenItem, piece: TracePiece, look: TraceLook) {
  return html`<div role="listitem" class="between ${piece.kind}">${piece.kind === 'answer' ? html`<b>Answer</b> ` : nothing}${pieceText(open.text.text, piece, look)}</div>`
}

/** Text of a piece; Markdown and LaTeX drawn where that is asked for and the piece is not too long. */
export function pieceText(text: string, { from, to }: Pick<TracePiece, 'from' | 'to'>, { rich }: Pick<TraceLook, 'rich'>, tail = ''): TemplateResult {
  if (rich && to - from <= LONGEST_RICH) return html`<div class="text">${guard([text, from, to], () => richText(text.slice(from, to)))}</div>`
  const left = to - from - SHOWN_UNITS
  return html`<div class="text raw">${visibleText(text.slice(from, Math.min(to, from + SHOWN_UNITS)))}${tail === '' ? nothing : html`<span class="faint">${visibleText(tail)}</span>`}</div>${left > 0 ? html`<p class="faint">${left} more characters: o opens them as a text document.</p>` : nothing}`
}

/** What the environment's step checker says. */
function checkOf(open: OpenItem, { from, to }: TracePiece) {
  const verdict = open.segment === 0 ? open.item.rollout.steps.find((each) => each.from < to && each.to > from) : undefined
  if (!verdict) return nothing
  return html`<div class="check ${verdictClass(verdict.ok)}">${verdictSign(verdict.ok)} checker: ${visibleText(verdict.why.slice(0, 500))}</div>`
}

/** What is said of a step beside its rating: the labeler's own, then drafts. */
function ofStep(open: OpenItem, step: number, drafts: readonly OpenDraft[]): readonly TemplateResult[] {
  const own = ([`critique:${step}`, `better:${step}`] satisfies Slot[]).flatMap((slot) => (open.writing === slot ? [] : saidBox(slot, opinionIn(open.judgement, slot))))
  return [...own, ...draftsAt(drafts, step).map(({ label }) => draftBox(label))]
}
