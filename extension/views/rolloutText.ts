import type { Rollout, Span, StepVerdict } from '../../trainer/protocol/rollout.ts'
import { visibleText } from '../../webviews/protocol/visibleText.ts'

type Segment = Rollout['segments'][number]

/** Longer lines are broken: editors stop drawing them. */
const LINE_CHARACTERS = 2000
/** VS Code does not hand larger documents to anybody. */
const TEXT_CHARACTERS = 8_000_000
const CONTINUED = '↪ '

/**
 * One rollout as a read-only text document: header, prompt, steps with their verdicts, answer. Headings are lines that start with
 * `──`; everything else is what the model or the problem says, with hidden characters made visible.
 */
export function rolloutText(rollout: Rollout, runName: string): string {
  const parts = [header(rollout, runName), rewardParts(rollout), errors(rollout), ...rollout.segments.flatMap((segment, index) => segmentText(rollout, segment, index))]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n\n${answer(rollout)}\n`
}

function header(rollout: Rollout, runName: string): string {
  const tokens = rollout.segments.reduce((sum, segment) => sum + segment.tokens.length, 0)
  const last = rollout.segments.at(-1)
  const rows: [string, string][] = [
    ['Rollout', rollout.id],
    ['Run', runName],
    ['Kind', `${rollout.kind}, stage ${rollout.stage}, step ${rollout.step}, attempt ${rollout.attempt}${rollout.superseded ? ' (done again later)' : ''}`],
    ['Group', `${rollout.group}, sample ${rollout.sampleIndex}`],
    ['Problem', `${rollout.problemId} (${rollout.environment})`],
    ['Verdict', verdictWord(rollout.correct)],
    ['Reward', rollout.reward.total === null ? 'not scorable' : number(rollout.reward.total)],
    ['Filter', rollout.filter ? `${rollout.filter.kept ? 'kept' : 'dropped'}: ${rollout.filter.why}` : 'not applied'],
    ['Stop reason', last?.stopReason ?? ''],
    ['Tokens', String(tokens)],
    ['Policy', `${rollout.policyVersion} optimiser steps seen`],
    ['Seed', String(rollout.seed)],
    ['Sampled', `${rollout.timing.sampledAt}, ${number(rollout.timing.sampleSeconds)} s sampling, ${number(rollout.timing.rewardSeconds)} s scoring`]
  ]
  return rows.map(([name, value]) => `${name.padEnd(12)}${oneLine(value)}`).join('\n')
}

function rewardParts(rollout: Rollout): string {
  const rows = rollout.reward.parts.map((part) => {
    const value = part.score === null ? `not scorable × ${number(part.weight)}` : `${number(part.score)} × ${number(part.weight)} = ${number(part.score * part.weight)}`
    return `${oneLine(part.name)}: ${value}. ${oneLine(part.why)}`
  })
  return rows.length === 0 ? '' : ['── Reward parts ──', ...rows].join('\n')
}

function errors(rollout: Rollout): string {
  if (rollout.errors.length === 0) return ''
  return ['── Errors ──', ...rollout.errors.map((error) => `${error.boundary}: ${oneLine(error.message)}`)].join('\n')
}

function segmentText(rollout: Rollout, segment: Segment, index: number): string[] {
  const name = rollout.segments.length > 1 ? ` ${index + 1} (${segment.source})` : ''
  // Step verdicts are positions in the first segment's text.
  const verdicts = index === 0 ? rollout.steps : []
  const prompts = [`── Prompt${name} ──\n${shown(segment.samplePrompt.text)}`]
  if (segment.trainPrompt) prompts.push(`── Prompt that the tokens are trained under${name} ──\n${shown(segment.trainPrompt.text)}`)
  return [...prompts, `── Completion${name} ──\n${withHeadings(segment, verdicts)}`]
}

function answer(rollout: Rollout): string {
  const rows = [`Parsed  ${rollout.answer === null ? 'none found' : oneLine(rollout.answer)}`]
  if (rollout.gold !== undefined) rows.push(`Gold    ${oneLine(rollout.gold)}`)
  return ['── Answer ──', ...rows].join('\n')
}

/** The completion with a heading line where each span begins, and a bare one where text after a span goes on. */
function withHeadings(segment: Segment, verdicts: readonly StepVerdict[]): string {
  const lines: string[] = []
  let at = 0
  const textUpTo = (to: number) => {
    const text = segment.text.slice(at, to).replace(/^\n|\n$/g, '')
    if (text !== '') lines.push(shown(text))
    at = Math.max(at, to)
  }
  for (const { from, heading } of [...headings(segment.spans, verdicts), ...ends(segment)].sort((a, b) => a.from - b.from)) {
    textUpTo(from)
    // An end is worth a line only where text follows it before the next heading.
    if (heading === END && lines.at(-1) === END) continue
    if (heading !== END && lines.at(-1) === END) lines.pop()
    lines.push(heading)
  }
  textUpTo(segment.text.length)
  if (lines.at(-1) === END) lines.pop()
  return lines.join('\n')
}

const END = '──'

const ends = (segment: Segment) => segment.spans.map((span) => ({ from: Math.min(span.to, segment.text.length), heading: END }))

function headings(spans: readonly Span[], verdicts: readonly StepVerdict[]): { from: number; heading: string }[] {
  let steps = 0
  return [...spans]
    .sort((a, b) => a.from - b.from || b.to - a.to)
    .map((span) => {
      const verdict = verdicts.find((each) => each.from < span.to && each.to > span.from)
      const name = span.kind === 'step' ? `step ${++steps}` : span.kind
      const judged = span.kind === 'step' && verdict ? `: ${verdict.ok === null ? 'not checkable' : verdict.ok ? 'right' : 'wrong'}. ${oneLine(verdict.why)}` : ''
      return { from: span.from, heading: `── ${name}${judged} ──` }
    })
}

/** Visible, cut where no editor would take it, long lines broken. */
function shown(text: string): string {
  const cut = text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS)}\n── ${text.length - TEXT_CHARACTERS} more characters are not shown here ──` : text
  return visibleText(cut).split('\n').map(brokenLine).join('\n')
}

function brokenLine(line: string): string {
  if (line.length <= LINE_CHARACTERS) return line
  const pieces: string[] = []
  let at = 0
  while (at < line.length) {
    const end = breakBefore(line, at)
    pieces.push(line.slice(at, end))
    at = end
  }
  return pieces.join(`\n${CONTINUED}`)
}

/** Where the piece that starts at `at` ends: never between the halves of a surrogate pair. */
function breakBefore(line: string, at: number): number {
  const end = at + LINE_CHARACTERS
  if (end >= line.length) return line.length
  const unit = line.charCodeAt(end)
  return unit >= 0xdc00 && unit <= 0xdfff ? end - 1 : end
}

const oneLine = (text: string) => visibleText(text.slice(0, 4000).replace(/\s+/g, ' '))
const number = (value: number) => String(Number(value.toPrecision(6)))
const verdictWord = (correct: boolean | null) => (correct === null ? 'not scorable' : correct ? 'right' : 'wrong')
