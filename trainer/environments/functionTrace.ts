import type { Random } from '../random/random.ts'
import { ANSWER } from '../renderers/trace.ts'
import type { TraceFormat } from '../renderers/trace.ts'
import { formatBody, formatProgram, valuesOf } from './functionBody.ts'
import type { Body, FunctionLanguage } from './functionBody.ts'
import { formatExample } from './functionExamples.ts'
import type { Example } from './functionExamples.ts'

/** An example under the letter that it has in the prompt. */
export interface NamedExample {
  readonly letter: string
  readonly example: Example
}

/** A check of an example ends with its claim. */
export const CHECKS: TraceFormat = { separators: [';'], closers: ['ok', 'no'] }

/** How a trace searches for a body. */
export interface Search {
  /** What proposals are checked against, in this order. */
  readonly checked: readonly NamedExample[]
  readonly proposals: readonly Body[]
  readonly fitting: readonly Body[]
  /** Share of proposals that fit. */
  readonly hit: number
  readonly attempts: number
  /** Answers with its first proposal without any check. */
  readonly unchecked: boolean
  readonly language: FunctionLanguage
}

/** One proposal with the checks made of it. */
interface Checked {
  readonly text: string
  readonly fits: boolean
}

/** `a * b + 3 : p 3 4 > 15 12 15 ok q 8 2 > 12 16 19 no`: up to the first example that does not fit. */
function check(body: Body, examples: readonly NamedExample[], language: FunctionLanguage): Checked {
  let text = `${formatBody(body, language)} :`
  for (const { letter, example } of examples) {
    const values = valuesOf(body, example.a, example.b)
    const fits = values.at(-1) === example.value
    text += ` ${formatExample(example, letter)} ${values.join(' ')} ${fits ? 'ok' : 'no'}`
    if (!fits) return { text, fits }
  }
  return { text, fits: true }
}

const answerWith = (body: Body, language: FunctionLanguage): string => `${ANSWER} ${formatProgram(formatBody(body, language), language)}`

/** The body with all its checks, then the program. */
export const writeChecked = (body: Body, examples: readonly NamedExample[], language: FunctionLanguage): string =>
  `${check(body, examples, language).text} ${answerWith(body, language)}`

/** What was written and the body of its program. */
export interface Written {
  readonly text: string
  readonly body: Body
}

/** Proposes, checks and goes on until a check holds or the attempts are used up; the answer is the last proposal. */
export function writeSearch({ checked, proposals, fitting, hit, attempts, unchecked, language }: Search, random: Random): Written {
  const tried = new Set<Body>()
  const texts: string[] = []
  for (;;) {
    const body = propose(proposals, fitting, tried, random, hit)
    tried.add(body)
    if (unchecked) return { text: answerWith(body, language), body }
    const { text, fits } = check(body, checked, language)
    texts.push(text)
    if (fits || texts.length >= attempts || tried.size === proposals.length) return { text: `${texts.join(' ')} ${answerWith(body, language)}`, body }
  }
}

function propose(proposals: readonly Body[], fitting: readonly Body[], tried: ReadonlySet<Body>, random: Random, hit: number): Body {
  const untried = fitting.filter((body) => !tried.has(body))
  if (untried.length > 0 && random.next() < hit) return random.pick(untried)
  for (;;) {
    const body = random.pick(proposals)
    if (!tried.has(body)) return body
  }
}
