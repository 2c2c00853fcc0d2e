import type { Parsed } from './expression.ts'
import { parseRegex } from './regexSyntax.ts'
import type { CharacterSet, RegexNode } from './regexSyntax.ts'

/**
 * User patterns without backtracking: Thompson's construction (1968), all states simulated at once, so that time is at most
 * states × characters whatever the pattern. JavaScript's own engine backtracks and can take exponential time.
 */
export interface Regex {
  /** Whether the whole text matches. Texts longer than the limit do not. */
  matches(text: string): boolean
}

export const LONGEST_REGEX_TEXT = 4_000
const MOST_STATES = 1000

/** Follows `next` (and `other`) without reading, reads a character of `set`, or passes at an edge of the text. */
interface State {
  readonly kind: 'fork' | 'set' | 'start' | 'end' | 'accept'
  readonly set?: CharacterSet
  next: number
  other: number
}

class TooLarge extends Error {}

/** Compiles a pattern, or says why it is refused. */
export function compileRegex(pattern: string): Parsed<Regex> {
  const parsed = parseRegex(pattern)
  if (!parsed.ok) return parsed
  try {
    const states: State[] = []
    const accept = push(states, { kind: 'accept', next: -1, other: -1 })
    const first = build(states, parsed.value, accept)
    return { ok: true, value: { matches: (text) => text.length <= LONGEST_REGEX_TEXT && simulate(states, first, accept, text) } }
  } catch (error) {
    if (error instanceof TooLarge) return { ok: false, why: `the pattern needs more than ${MOST_STATES} states: repeat less` }
    throw error
  }
}

function push(states: State[], state: State): number {
  if (states.length >= MOST_STATES) throw new TooLarge()
  states.push(state)
  return states.length - 1
}

/** Adds the states of a node that go on to `next`; returns where it starts. */
function build(states: State[], node: RegexNode, next: number): number {
  switch (node.kind) {
    case 'set': return push(states, { kind: 'set', set: node.set, next, other: -1 })
    case 'start': case 'end': return push(states, { kind: node.kind, next, other: -1 })
    case 'sequence': return node.parts.reduceRight((after, part) => build(states, part, after), next)
    case 'choice': return buildChoice(states, node.options, next)
    case 'repeat': return buildRepeat(states, node, next)
  }
}

const buildChoice = (states: State[], options: readonly RegexNode[], next: number): number =>
  options.map((option) => build(states, option, next)).reduce((other, option) => push(states, { kind: 'fork', next: option, other }))

function buildRepeat(states: State[], { part, least, most }: Extract<RegexNode, { kind: 'repeat' }>, next: number): number {
  let start = next
  if (most === null) {
    start = push(states, { kind: 'fork', next, other: -1 })
    states[start]!.other = build(states, part, start)
  }
  for (let i = least; i < (most ?? least); i++) start = push(states, { kind: 'fork', next, other: build(states, part, start) })
  for (let i = 0; i < least; i++) start = build(states, part, start)
  return start
}

function simulate(states: readonly State[], first: number, accept: number, text: string): boolean {
  const characters = [...text]
  let current = reach(states, [first], 0, characters.length)
  for (let i = 0; i < characters.length && current.size > 0; i++) {
    const point = characters[i]!.codePointAt(0)!
    const read = [...current].filter((index) => reads(states[index]!, point)).map((index) => states[index]!.next)
    current = reach(states, read, i + 1, characters.length)
  }
  return current.has(accept)
}

/** All states reached without reading a character. */
function reach(states: readonly State[], from: readonly number[], position: number, end: number): Set<number> {
  const reached = new Set<number>()
  const open = [...from]
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (index < 0 || reached.has(index)) continue
    reached.add(index)
    const state = states[index]!
    if (state.kind === 'fork') open.push(state.next, state.other)
    if ((state.kind === 'start' && position === 0) || (state.kind === 'end' && position === end)) open.push(state.next)
  }
  return reached
}

const reads = ({ kind, set }: State, point: number): boolean =>
  kind === 'set' && set!.ranges.some(([low, high]) => point >= low && point <= high) !== set!.negated
