import type { Span } from '../protocol/rollout.ts'
import { findThinking } from './think.ts'
import type { Thinking } from './think.ts'
import { splitWords } from './words.ts'
import type { Word } from './words.ts'

/** How steps of a trace end. */
export interface TraceFormat {
  /** Words between steps that belong to none. */
  readonly separators: readonly string[]
  /** Words that end a step and belong to it. */
  readonly closers: readonly string[]
}

/** A completion taken apart: steps, then the word `answer`, then the answer. */
export interface Trace {
  readonly thinking: Thinking | null
  /** Words of each step, none empty. */
  readonly steps: readonly (readonly Word[])[]
  /** Words after the last `answer`; null = no such word. */
  readonly answer: readonly Word[] | null
  /** How often the word `answer` stands where it counts. */
  readonly markers: number
  /** Set where the completion was too long to be read. */
  readonly refused: string | null
}

export const ANSWER = 'answer'
/** `a op b = c ; … answer c`. */
export const LINES: TraceFormat = { separators: [';'], closers: [] }

const LONGEST_COMPLETION = 262_144
/** A step beyond these is not listed: a hostile completion must not become a million records. */
const MOST_STEPS = 1024

/** Reads a completion; with `<think>` tags the steps are sought inside, the answer only after them. */
export function readTrace(completion: string, format: TraceFormat): Trace {
  if (completion.length > LONGEST_COMPLETION) {
    const refused = `the completion has ${completion.length} characters, more than the ${LONGEST_COMPLETION} that are read`
    return { thinking: null, steps: [], answer: null, markers: 0, refused }
  }
  const thinking = findThinking(completion)
  const tail = splitWords(completion, thinking?.after ?? 0)
  const marker = tail.findLastIndex((word) => word.text === ANSWER)
  const body = thinking === null ? tail.slice(0, marker < 0 ? tail.length : marker) : splitWords(completion, thinking.from, thinking.to)
  return {
    thinking,
    steps: splitSteps(body, format),
    answer: marker < 0 ? null : tail.slice(marker + 1),
    markers: tail.filter((word) => word.text === ANSWER).length,
    refused: null
  }
}

function splitSteps(words: readonly Word[], format: TraceFormat): Word[][] {
  const steps: Word[][] = []
  let step: Word[] = []
  const close = (): void => {
    if (step.length > 0) steps.push(step)
    step = []
  }
  for (const word of words) {
    if (steps.length === MOST_STEPS) break
    if (format.separators.includes(word.text)) close()
    else step.push(word)
    if (format.closers.includes(word.text)) close()
  }
  if (steps.length < MOST_STEPS) close()
  return steps
}

/** A rendering as the environment contract has it. */
export interface RenderedTrace {
  readonly spans: Span[]
  readonly wellFormed: boolean
  readonly why: string
}

/** Spans of a trace: think (where tagged), each step, the answer. Well formed = one `answer`, with something after it. */
export function renderTrace(trace: Trace): RenderedTrace {
  const spans: Span[] = []
  if (trace.thinking !== null) spans.push({ kind: 'think', from: trace.thinking.from, to: trace.thinking.to })
  for (const step of trace.steps) spans.push({ kind: 'step', from: step[0]!.from, to: step.at(-1)!.to })
  const answer = trace.answer ?? []
  if (answer.length > 0) spans.push({ kind: 'answer', from: answer[0]!.from, to: answer.at(-1)!.to })
  const fault = formatFault(trace)
  return { spans, wellFormed: fault === null, why: fault ?? 'Steps, then one answer.' }
}

function formatFault(trace: Trace): string | null {
  if (trace.refused !== null) return `Not read: ${trace.refused}.`
  if (trace.thinking !== null && !trace.thinking.closed) return 'The reasoning is not closed by “</think>”.'
  if (trace.answer === null) return 'The word “answer” is missing.'
  if (trace.markers > 1) return `The word “answer” stands ${trace.markers} times, not once.`
  return trace.answer.length === 0 ? 'Nothing follows the word “answer”.' : null
}
