import { quote } from '../graders/quote.ts'
import type { Trace } from '../renderers/trace.ts'
import type { Verdict } from './environment.ts'

const LONGEST_ANSWER = 200

export const right = (answer: string, why: string): Verdict => ({ correct: true, score: 1, answer: answer.slice(0, LONGEST_ANSWER), why })

export const wrong = (answer: string | null, why: string): Verdict => ({
  correct: false,
  score: 0,
  answer: answer?.slice(0, LONGEST_ANSWER) ?? null,
  why
})

/** The text after the last `answer`, or the verdict on a completion without one. */
export function answerText(trace: Trace): { readonly text: string } | { readonly verdict: Verdict } {
  if (trace.refused !== null) return { verdict: wrong(null, `Not graded: ${trace.refused}.`) }
  if (trace.answer === null) return { verdict: wrong(null, 'No answer: the word “answer” is missing.') }
  if (trace.answer.length === 0) return { verdict: wrong(null, 'No answer: nothing follows the word “answer”.') }
  return { text: trace.answer.map((word) => word.text).join(' ') }
}

/** Compares an answer with the only right one, word by word. */
export function compareWords(text: string, expected: string): Verdict {
  if (text === expected) return right(text, `The answer ${quote(text)} is right.`)
  return wrong(text, `The answer is ${quote(text)}; expected ${quote(expected)}.`)
}
