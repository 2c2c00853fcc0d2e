import { quote } from '../graders/quote.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import { parseBody, valuesOf } from './functionBody.ts'
import type { Body } from './functionBody.ts'
import { parseExample, sameExample } from './functionExamples.ts'
import type { NamedExample } from './functionTrace.ts'

/** Words of an example in a check: its letter, both arguments, “>” and the value. */
const EXAMPLE_WORDS = 5

/**
 * Each check of an example: it copies the example as it is, states the values that the proposed body has there, and claims `ok` exactly
 * where the last of them is the example's. A check without a body before “:” goes on with the body before.
 */
export function checkFunctionSteps(steps: readonly (readonly Word[])[], examples: readonly NamedExample[]): StepVerdict[] {
  let body: Body | null = null
  return steps.map((step) => {
    const colon = step.findIndex(({ text }) => text === ':')
    if (colon >= 0) body = parseBody(joinWords(step.slice(0, colon))) ?? null
    const fault = faultOf(step.slice(colon + 1), body, examples)
    return { from: step[0]!.from, to: step.at(-1)!.to, ok: fault === null, why: `${quote(joinWords(step))} ${fault ?? 'is true'}.` }
  })
}

function faultOf(words: readonly Word[], body: Body | null, examples: readonly NamedExample[]): string | null {
  const texts = words.map(({ text }) => text)
  const found = parseExample(texts.slice(0, EXAMPLE_WORDS))
  const claim = texts.at(-1)
  if (found === null || body === null || (claim !== 'ok' && claim !== 'no')) return 'is not a check of the form “a * b + 3 : p 3 4 > 15 12 15 ok”'
  const { letter, example } = found
  if (!examples.some((known) => known.letter === letter && sameExample(known.example, example))) return 'checks an example that there is not'
  const values = valuesOf(body, example.a, example.b)
  const written = texts.slice(EXAMPLE_WORDS, -1).join(' ')
  if (written !== values.join(' ')) return `is false: the values are ${values.join(' and ')}`
  if ((claim === 'ok') !== (values.at(-1) === example.value)) return `is false: the value ${claim === 'ok' ? 'differs' : 'is the same'}`
  return null
}
