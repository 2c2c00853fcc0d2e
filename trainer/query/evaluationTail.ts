import type { RunCard } from '../protocol/runViews.ts'
import { RunEvent } from '../protocol/events.ts'
import { lastLines, parseLine, sampleLines } from './fileSample.ts'

const HEAD_BYTES = 64 * 1024
const TAIL_BYTES = 256 * 1024
const HELD_OUT = 'heldOut'

/** pass@1 on held-out problems as the events tell it, for a run that has no summary yet: at the start, and most lately. */
export function lastPassAt1(events: string): RunCard['passAt1'] {
  const head = sampleLines(events, 1, HEAD_BYTES).flat().map(passAt1).find((found) => found?.when === 'before')
  const last = lastLines(events, TAIL_BYTES).map(passAt1).findLast((found) => found !== undefined && found.when !== 'before')
  return { ...(head === undefined ? {} : { before: head.value }), ...(last === undefined ? {} : { last: last.value }) }
}

function passAt1(line: string): { when: 'before' | 'during' | 'after'; value: number } | undefined {
  if (!line.includes('"evaluation"')) return undefined
  const event = RunEvent.safeParse(parseLine(line)).data
  if (event?.type !== 'evaluation' || event.name !== HELD_OUT) return undefined
  return { when: event.when, value: event.result.passAt1.value }
}
