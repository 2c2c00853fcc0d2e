import { parseListProgram } from '../graders/listProgram.ts'
import type { ListProgram } from '../graders/listProgram.ts'
import { quote } from '../graders/quote.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import { letterOf, originsOf } from './listTask.ts'
import type { Example } from './listTask.ts'

/** The proposal under check and how many examples it was said to fit. */
interface Progress {
  readonly program: ListProgram | null
  readonly fitted: number
}

/** A check of one example, taken apart into the words of each element. */
interface Check {
  readonly program: ListProgram
  readonly example: Example
  /** Which of the examples, from 0. */
  readonly number: number
  readonly elements: readonly (readonly Word[])[]
  readonly claim: Word
}

/**
 * Each element of a check (true = letters and values are the example's and the program is applied rightly) and its claim
 * (`ok` = what was written for every element is equal to the example's). A check that starts with `:` goes on with the proposal
 * before, on the next example.
 */
export function checkListSteps(steps: readonly (readonly Word[])[], examples: readonly Example[]): StepVerdict[] {
  let progress: Progress = { program: null, fitted: 0 }
  return steps.flatMap((step) => {
    const colon = step.findIndex((word) => word.text === ':')
    if (colon > 0) progress = { program: readProgram(step.slice(0, colon)), fitted: 0 }
    const check = readCheck(step, colon, progress, examples)
    if (typeof check === 'string') return [verdict(step, false, check)]
    progress = { ...progress, fitted: progress.fitted + (check.claim.text === 'ok' ? 1 : 0) }
    return [...check.elements.map((element, i) => judgeElement(check, element, i)), judgeClaim(check)]
  })
}

function readProgram(words: readonly Word[]): ListProgram | null {
  const parsed = parseListProgram(words.map((word) => word.text))
  return parsed.ok ? parsed.value : null
}

/** The check, or what is wrong with its form. */
function readCheck(step: readonly Word[], colon: number, { program, fitted }: Progress, examples: readonly Example[]): Check | string {
  const claim = step.at(-1)!
  const body = step.slice(colon + 1, -1)
  const example = examples[fitted]
  const form = 'is not a check of the form “+3 : e 7 a 3 6 no”'
  if (colon < 0 || program === null || (claim.text !== 'ok' && claim.text !== 'no')) return form
  if (example === undefined) return 'checks more examples than there are'
  const origins = originsOf(program, example.input.length)
  if (origins === null) return 'checks a program that is not one function, or a function that moves and then one that changes elements'
  const size = origins.change === null ? 4 : 5
  if (body.length === 0 || body.length % size !== 0) return form
  const elements = Array.from({ length: body.length / size }, (_, i) => body.slice(i * size, (i + 1) * size))
  return { program, example, number: fitted, elements, claim }
}

function judgeElement({ program, example, number }: Check, words: readonly Word[], index: number): StepVerdict {
  const { input, output } = example
  if (index >= output.length) return verdict(words, false, 'is one element too many')
  const { sources, change } = originsOf(program, input.length)!
  const source = sources[index]!
  const [letter, expected, from, value, made] = words.map((word) => word.text)
  const wanted = `${letterOf(number, 'output', index)} ${output[index]}`
  const origin = `${letterOf(number, 'input', source)} ${input[source]}`
  if (`${letter} ${expected}` !== wanted) return verdict(words, false, `is false: the example has ${wanted}`)
  if (`${from} ${value}` !== origin) return verdict(words, false, `is false: the element comes from ${origin}`)
  const result = change === null ? undefined : String(change(input[source]!))
  return made === result ? verdict(words, true, 'is true') : verdict(words, false, `is false: ${value} becomes ${result}`)
}

/** Judged by what was written, right or wrong. */
function judgeClaim({ example, elements, claim }: Check): StepVerdict {
  const differs = elements.some((words) => words.at(-1)!.text !== words[1]!.text)
  if (claim.text === 'no') return verdict([claim], differs, differs ? 'is true' : 'is false: no difference was found')
  if (differs) return verdict([claim], false, 'hides a difference')
  const whole = elements.length === example.output.length
  return verdict([claim], whole, whole ? 'is true' : 'comes before every element is checked')
}

function verdict(words: readonly Word[], ok: boolean, why: string): StepVerdict {
  return { from: words[0]!.from, to: words.at(-1)!.to, ok, why: `${quote(joinWords(words))} ${why}.` }
}
