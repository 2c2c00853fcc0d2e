import { RunEvent } from '../protocol/events.ts'
import type { RunCard } from '../protocol/runViews.ts'
import { linesBackwards, linesForwards, parseLine, wholeEnd } from './fileSample.ts'
import type { Stretch } from './fileSample.ts'

const HELD_OUT = 'heldOut'

type PassAt1 = RunCard['passAt1']

/** What the events of a run told, up to a byte. */
interface Told {
  /** The file that was read: another may lie at the place now. */
  readonly file: string
  readonly end: number
  readonly passAt1: PassAt1
}

/** By file of events: cards are asked for again and again, evaluations lie far apart, and files only grow. */
const told = new Map<string, Told>()

/** pass@1 on held-out problems as the events tell it, for a run that has no summary yet: at the start, and most lately. */
export function lastPassAt1(events: string): PassAt1 {
  const whole = wholeEnd(events)
  if (whole === undefined) return {}
  const known = told.get(events)
  const grown = known?.file === whole.file && known.end <= whole.end ? known : { end: 0, passAt1: {} }
  const passAt1 = { ...grown.passAt1, ...read(events, { from: grown.end, end: whole.end }, grown.passAt1) }
  told.set(events, { ...whole, passAt1 })
  return passAt1
}

/** Read from both ends as far as the first evaluation: the one before training comes before all others. */
function read(events: string, stretch: Stretch, { before: known }: PassAt1): PassAt1 {
  const last = firstOf(linesBackwards(events, stretch))
  if (last === undefined) return {}
  const first = known === undefined ? firstOf(linesForwards(events, stretch)) : undefined
  return { ...(first?.when === 'before' ? { before: first.value } : {}), ...(last.when === 'before' ? {} : { last: last.value }) }
}

interface Evaluation {
  readonly when: 'before' | 'during' | 'after'
  readonly value: number
}

function firstOf(lines: Iterable<string>): Evaluation | undefined {
  for (const line of lines) {
    const evaluation = evaluationOf(line)
    if (evaluation !== undefined) return evaluation
  }
  return undefined
}

function evaluationOf(line: string): Evaluation | undefined {
  if (!line.includes('"evaluation"')) return undefined
  const event = RunEvent.safeParse(parseLine(line)).data
  if (event?.type !== 'evaluation' || event.name !== HELD_OUT) return undefined
  return { when: event.when, value: event.result.passAt1.value }
}
