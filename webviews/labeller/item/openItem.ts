import type { Label, LabelSet, Opinion, StepRating } from '../../../trainer/protocol/label.ts'
import type { LabelItem } from '../../protocol/labeller.ts'
import { answersIn, withAnswer } from '../judging/answers.ts'
import type { Scores } from '../judging/answers.ts'
import { acceptDrafts, draftsAt, openDrafts, rejectDrafts, startFromDraft } from '../judging/drafts.ts'
import type { OpenDraft } from '../judging/drafts.ts'
import { EMPTY, firstBad, firstErrorOf, givenBy, hold, opinionIn, ratingIn, rebase, say, stepBack, type, verdictOf } from '../judging/judgement.ts'
import type { Judgement } from '../judging/judgement.ts'
import { fieldValue, rowsOf, stepByDigit } from '../judging/rows.ts'
import type { Row } from '../judging/rows.ts'
import { slotOf, stepOf } from '../judging/slots.ts'
import type { OpinionOf, Slot } from '../judging/slots.ts'
import { WrittenLabels } from '../queue/writtenLabels.ts'
import { textHash } from './anchors.ts'
import { piecesOf, stepsOf } from './traceSteps.ts'
import type { TracePiece } from './traceSteps.ts'

type FieldRow = Row & { readonly kind: 'field' }

/** What an action came to: a sentence for the status line where there is one. */
export type Said = string | undefined

/** The item on screen: what it shows, where the cursor is, what is said of it. */
export class OpenItem {
  readonly item: LabelItem
  readonly labeler: string
  readonly segment: number
  readonly set: LabelSet | undefined
  readonly rows: readonly Row[]
  readonly pieces: readonly TracePiece[]
  readonly hash: string
  readonly otherHash: string | undefined
  readonly stopAtFirstError: boolean
  /** What this page wrote of the item since it was opened. */
  readonly since: WrittenLabels
  labels: readonly Label[]
  judgement: Judgement
  cursor = 0
  /** Slot whose text is being written. */
  writing: Slot | undefined
  /** Whether everything that blind mode hides was hidden since the item was shown. */
  unseen = true
  #digits = ''

  private constructor(item: LabelItem, labeler: string, how: OpenHow, hashes: readonly [string, string | undefined]) {
    this.item = item
    this.labeler = labeler
    this.segment = segmentOf(item, how)
    this.set = how.set
    this.stopAtFirstError = how.stopAtFirstError
    this.hash = hashes[0]
    this.otherHash = hashes[1]
    this.pieces = piecesOf(this.text)
    this.rows = rowsOf(stepsOf(this.text).length, item.other !== undefined, how.set)
    this.since = how.since ?? new WrittenLabels()
    this.labels = item.labels
    this.judgement = rebase(EMPTY, this.#given())
    // Whoever comes back to an item comes to its first wrong step.
    this.cursor = Math.max(0, Math.min(this.rows.length - 1, firstErrorOf(this.judgement) ?? 0))
  }

  static async open(item: LabelItem, labeler: string, how: OpenHow): Promise<OpenItem> {
    const segment = item.rollout.segments[segmentOf(item, how)]!
    const hashes = await Promise.all([textHash(segment.text), item.other && textHash(item.other.segments[0]!.text)])
    return new OpenItem(item, labeler, how, [hashes[0], hashes[1] ?? undefined])
  }

  get text() {
    return this.item.rollout.segments[this.segment]!
  }

  get row(): Row | undefined {
    return this.rows[this.cursor]
  }

  get pair(): boolean {
    return this.item.other !== undefined
  }

  /** Labels of the item as they are now: what is said and not written stays. */
  relabel(labels: readonly Label[]): void {
    this.labels = labels
    this.judgement = rebase(this.judgement, this.#given())
  }

  /** Of a quality-control item, what was said before is hidden: what was said since it was opened is given. */
  #given() {
    const { qualityControl, rollout, other } = this.item
    return givenBy(this.labeler, qualityControl ? this.since.over([], rollout.id) : this.labels, this.segment, ({ opinion, anchor }) =>
      opinion.kind === 'preference' && opinion.other.rollout !== other?.id ? undefined : slotOf(opinion, anchor), qualityControl)
  }

  move(by: number): void {
    this.#digits = ''
    this.cursor = Math.max(0, Math.min(this.rows.length - 1, this.cursor + by))
  }

  moveTo(cursor: number): void {
    this.move(cursor - this.cursor)
  }

  rate(rating: StepRating): Said {
    this.#digits = ''
    const { row } = this
    if (row?.kind === 'field' && rating === 0) return this.#answer(row, 0)
    if (row?.kind !== 'step') return 'Ratings are of steps: ↑ leads to them.'
    const first = firstErrorOf(this.judgement)
    const taken = ratingIn(this.judgement, row.step) === rating
    if (!taken && this.stopAtFirstError && typeof first === 'number' && row.step > first) return `Labelling stops at the first error, step ${first + 1}. Take that rating back, or switch “Stop at the first error” off.`
    this.#say(`rating:${row.step}`, taken ? null : { kind: 'stepRating', rating })
    const stale = firstBad(this.judgement) === undefined && opinionIn<'firstError'>(this.judgement, 'firstError')?.step === row.step
    if (stale) return this.#withdrawFirstError()
    if (!taken && rating !== -1) this.move(1)
    return undefined
  }

  /** With the rating goes what followed from it. */
  #withdrawFirstError(): Said {
    this.judgement = type(this.judgement, 'firstError', null)
    if (opinionIn<'verdict'>(this.judgement, 'verdict')?.right !== false) return undefined
    this.judgement = type(this.judgement, 'verdict', null)
    return 'The verdict went with the first error: v gives one again.'
  }

  digit(digit: number): Said {
    const { row } = this
    if (row?.kind === 'step') {
      const steps = this.rows.filter(({ kind }) => kind === 'step').length
      const found = stepByDigit(this.#digits, digit, steps)
      if (!found) return `There are ${steps} steps.`
      this.moveTo(found.step)
      this.#digits = found.digits
      return undefined
    }
    this.#digits = ''
    if (row?.kind === 'verdict') return digit > 2 ? '1 is right, 2 is wrong.' : this.#toggle('verdict', { kind: 'verdict', right: digit === 1 })
    if (row?.kind === 'preference') return this.prefer(digit)
    return row ? this.#answer(row, digit) : undefined
  }

  prefer(option: number, rationale?: string): Said {
    const preferred = PREFERRED[option - 1]
    if (!preferred || !this.item.other) return '1 is the first, 2 the second, 3 neither.'
    const before = opinionIn<'preference'>(this.judgement, 'preference')
    this.#say('preference', { kind: 'preference', other: { rollout: this.item.other.id, textHash: this.otherHash ?? '' }, preferred, rationale: rationale ?? before?.rationale ?? '' })
    return undefined
  }

  #answer(row: FieldRow, digit: number): Said {
    const value = fieldValue(row.field, digit)
    if (value === undefined) return row.field.type === 'text' ? 'c writes in this field.' : `${row.field.title} has no such option.`
    const before = this.answers[row.field.name]
    this.answer(row, before === value ? undefined : value)
    if (before !== value) this.move(1)
    return undefined
  }

  /** Answers to the fields of the label set. */
  get answers(): Scores {
    return answersIn(this.judgement, this.set)
  }

  answer({ set, field }: FieldRow, value: Scores[string] | undefined): void {
    this.#say(`rubric:${set.name}`, withAnswer(this.judgement, set, field.name, value))
  }

  noneWrong(): Said {
    if (this.pair) return 'Pairs have no first error.'
    this.#digits = ''
    const bad = [...this.rows].filter((row) => row.kind === 'step' && ratingIn(this.judgement, row.step) === -1)
    if (bad.length > 0) return 'A step is rated bad. Take that rating back first.'
    return this.#toggle('firstError', { kind: 'firstError', step: null })
  }

  nextVerdict(): Said {
    if (this.pair) return 'Pairs have no verdict: 1, 2 or 3 says which is better.'
    const said = opinionIn<'verdict'>(this.judgement, 'verdict')
    const shown = verdictOf(this.judgement)
    const next = said ? (said.right ? false : undefined) : shown ? !shown.right : true
    this.#say('verdict', next === undefined ? null : { kind: 'verdict', right: next })
    return undefined
  }

  flag(): Said {
    return this.#toggle('flag', { kind: 'flag', reason: '' })
  }

  #toggle(slot: Slot, opinion: Opinion): Said {
    const now = opinionIn(this.judgement, slot)
    this.#say(slot, now && JSON.stringify(now) === JSON.stringify(opinion) ? null : opinion)
    return undefined
  }

  #say(slot: Slot, opinion: Opinion | null): void {
    this.judgement = say(this.judgement, slot, opinion)
  }

  /**
   * Begins to write: a critique or something better, of the step at the cursor or of the whole; a pair's rationale; a text field.
   * Blind mode hides drafts, so that no text begins with one.
   */
  write(kind: 'critique' | 'better', blind: boolean): Said {
    const { row } = this
    this.#digits = ''
    if (row?.kind === 'preference') {
      if (!opinionIn(this.judgement, 'preference')) return 'Say which of the two is better first: 1, 2, or 3 for neither.'
      this.writing = 'preference'
    } else if (row?.kind === 'field' && row.field.type === 'text') this.writing = `rubric:${row.set.name}`
    else this.writing = row?.kind === 'step' ? `${kind}:${row.step}` : kind
    this.judgement = hold(this.judgement)
    if (!blind) this.judgement = startFromDraft(this.judgement, this.drafts, this.writing)
    return undefined
  }

  /** Text of the slot that is being written. */
  written(slot: Slot): string {
    const opinion = opinionIn(this.judgement, slot)
    if (opinion?.kind === 'critique' || opinion?.kind === 'better') return opinion.text
    if (opinion?.kind === 'preference') return opinion.rationale
    const { row } = this
    return opinion?.kind === 'rubric' && row?.kind === 'field' ? String(opinion.scores[row.field.name] ?? '') : ''
  }

  typed(text: string): void {
    const { writing: slot, row } = this
    if (!slot) return
    const now = opinionIn(this.judgement, slot)
    if (now?.kind === 'preference') this.judgement = type(this.judgement, slot, { ...now, rationale: text })
    else if (slot.startsWith('rubric:') && row?.kind === 'field') this.judgement = type(this.judgement, slot, withAnswer(this.judgement, row.set, row.field.name, text.trim() === '' ? undefined : text))
    else this.judgement = type(this.judgement, slot, text.trim() === '' ? null : this.#textOpinion(slot, text))
  }

  #textOpinion(slot: Slot, text: string): OpinionOf<'critique'> | OpinionOf<'better'> {
    if (slot.startsWith('critique')) return { kind: 'critique', text }
    return { kind: 'better', of: stepOf(slot) === undefined ? 'answer' : 'step', text }
  }

  /** Drafts that nobody decided on. */
  get drafts(): readonly OpenDraft[] {
    return openDrafts(this.labels, this.judgement, this.segment)
  }

  accept(): Said {
    return this.#decide(acceptDrafts, 'accepted')
  }

  reject(): Said {
    return this.#decide(rejectDrafts, 'rejected')
  }

  /** On the drafts at the cursor: of its step, or of the trace. */
  #decide(decide: typeof acceptDrafts, word: string): Said {
    const drafts = draftsAt(this.drafts, this.row?.kind === 'step' ? this.row.step : undefined)
    if (drafts.length === 0) return 'There is no draft here.'
    this.judgement = decide(this.judgement, drafts)
    return drafts.length === 1 ? `Draft ${word}.` : `${drafts.length} drafts ${word}.`
  }

  /** One step back in what is not on the disk; false where there is none. */
  back(): boolean {
    this.#digits = ''
    const before = stepBack(this.judgement)
    if (before) this.judgement = before
    return before !== undefined
  }
}

/** What 1, 2 and 3 stand for in a pair. The queue says by chance which of the two is first. */
export const PREFERRED = ['this', 'other', 'equal'] as const

/** A pair is compared by the first segments. */
const segmentOf = ({ rollout, other }: LabelItem, { segment }: OpenHow): number => (other ? 0 : Math.min(segment, rollout.segments.length - 1))

/** How an item is opened. */
export interface OpenHow {
  readonly segment: number
  readonly set: LabelSet | undefined
  readonly stopAtFirstError: boolean
  /** Of the same item before it was drawn anew. */
  readonly since?: WrittenLabels
}
