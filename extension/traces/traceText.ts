import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { FactLine, Projection, SegmentPlace, StepPlace } from './projection.ts'
import { ProjectionWriter } from './projectionWriter.ts'
import { answerRows, headerRows, oneLine, partRows } from './traceFacts.ts'
import { spanHeadings } from './spanHeadings.ts'
import type { SpanEnd, SpanHeading } from './spanHeadings.ts'

type Segment = Rollout['segments'][number]

const MOST_SEPARATOR = 8

/**
 * One rollout as a read-only text document: header, reward parts, prompt, numbered steps with their verdicts, answer. Headings are
 * lines that start with `──`; everything else is what the model or the problem says, with hidden characters made visible.
 */
export function projectRollout(rollout: Rollout, runName: string): Projection {
  const writer = new ProjectionWriter()
  const facts: FactLine[] = []
  const places: { segments: SegmentPlace[]; steps: StepPlace[] } = { segments: [], steps: [] }
  writeHeader(writer, rollout, runName, facts)
  rollout.segments.forEach((segment, index) => writeSegment(writer, rollout, segment, index, places))
  writer.own('── Answer ──')
  for (const row of answerRows(rollout)) {
    facts.push({ line: writer.line, fact: 'answer', index: 0 })
    writer.own(row)
  }
  return { text: writer.text, pieces: writer.pieces, lineStarts: writer.lineStarts, facts, ...places }
}

function writeHeader(writer: ProjectionWriter, rollout: Rollout, runName: string, facts: FactLine[]): void {
  for (const { name, value, fact } of headerRows(rollout, runName)) {
    if (fact) facts.push({ line: writer.line, fact, index: 0 })
    writer.own(`${name.padEnd(12)}${oneLine(value)}`)
  }
  writer.own('')
  writeRows(writer, '── Reward parts ──', partRows(rollout), (line, index) => facts.push({ line, fact: 'part', index }))
  writeRows(writer, '── Errors ──', rollout.errors.map(({ boundary, message }) => `${boundary}: ${oneLine(message)}`), () => undefined)
}

/** A heading, its rows and an empty line; nothing where there are no rows. */
function writeRows(writer: ProjectionWriter, heading: string, rows: readonly string[], noted: (line: number, index: number) => void): void {
  if (rows.length === 0) return
  writer.own(heading)
  rows.forEach((row, index) => {
    noted(writer.line, index)
    writer.own(row)
  })
  writer.own('')
}

function writeSegment(writer: ProjectionWriter, rollout: Rollout, segment: Segment, index: number, places: { segments: SegmentPlace[]; steps: StepPlace[] }): void {
  if (writer.full) return
  const name = rollout.segments.length > 1 ? ` ${index + 1} (${segment.source})` : ''
  writer.own(`── Prompt${name} ──`)
  writer.theirs(segment.samplePrompt.text)
  writer.own('')
  if (segment.trainPrompt) {
    writer.own(`── Prompt that the tokens are trained under${name} ──`)
    writer.theirs(segment.trainPrompt.text)
    writer.own('')
  }
  const heading = writer.line
  writer.own(`── Completion${name} ──`)
  // Step verdicts are positions in the first segment's text.
  const steps = writeCompletion(writer, segment, index, spanHeadings(segment, index === 0 ? rollout.steps : []))
  places.segments.push({ segment: index, heading, lastLine: writer.line - 1, length: segment.text.length })
  places.steps.push(...steps)
  writer.own('')
}

/** The completion with a heading line where each span begins, and a bare one where text after a span goes on. */
function writeCompletion(writer: ProjectionWriter, segment: Segment, index: number, marks: readonly (SpanHeading | SpanEnd)[]): StepPlace[] {
  const begun: Omit<StepPlace, 'lastLine'>[] = []
  let at = 0
  // An end is worth a line only where text follows it before the next heading.
  let ended = false
  const textUpTo = (to: number): void => {
    const [from, end] = withoutOuterFeeds(segment.text, at, to)
    at = Math.max(at, to)
    if (from >= end || writer.full) return
    if (ended) writer.own('──')
    ended = false
    writer.theirs(segment.text, from, end, index)
  }
  const last = new Map<number, number>()
  for (const [order, mark] of marks.entries()) {
    textUpTo(mark.kind === 'end' ? withSeparator(segment.text, mark.at, marks[order + 1]?.at ?? segment.text.length) : mark.at)
    if (mark.kind === 'end') {
      if (mark.step !== undefined) last.set(mark.step, writer.line - 1)
      ended = true
    } else if (!writer.full) {
      ended = false
      if (mark.step !== undefined) begun.push({ segment: index, step: mark.step, from: mark.at, to: mark.to, heading: writer.line })
      writer.own(mark.line)
    }
  }
  textUpTo(segment.text.length)
  return begun.map((step) => ({ ...step, lastLine: Math.max(step.heading, last.get(step.step) ?? writer.line - 1) }))
}

/** What stands between two steps stays on the line of the first, where it is no more than punctuation. */
function withSeparator(text: string, end: number, next: number): number {
  return next - end <= MOST_SEPARATOR && /^[^\S\r\n]*[;,.|]+[^\S\r\n]*(?:\r?\n)?$/.test(text.slice(end, next)) ? next : end
}

/** A line feed right after a heading and one right before the next are what the heading's own line stands for. */
function withoutOuterFeeds(text: string, from: number, to: number): readonly [number, number] {
  if (from >= to) return [from, from]
  const start = text.startsWith('\r\n', from) && from + 2 <= to ? from + 2 : text[from] === '\n' ? from + 1 : from
  const end = start < to && text[to - 1] === '\n' ? (text[to - 2] === '\r' && to - 2 >= start ? to - 2 : to - 1) : to
  return [start, end]
}
