import { parseList, parseListProgram, runListProgram } from '../graders/listProgram.ts'
import type { ListProgram } from '../graders/listProgram.ts'
import { quote } from '../graders/quote.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import type { Example } from './listTask.ts'

/** The proposal under check and how many examples it was said to fit. */
interface Progress {
  readonly program: ListProgram | null
  readonly fitted: number
}

/** A check taken apart: for each element its value after each function and, last, the example's. */
interface Check {
  readonly program: ListProgram
  readonly example: Example
  readonly elements: readonly WrittenElement[]
  readonly claim: Word
}

interface WrittenElement {
  readonly words: readonly Word[]
  readonly digits: readonly number[]
}

/**
 * Each element of a check (true = every function applied rightly to what was written before, and the example copied rightly)
 * and its claim (`ok` = all elements written are equal to the example's). A check that starts with `:` goes on with the
 * proposal before, on the next example.
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
  const wellFormed = colon >= 0 && program !== null && (claim.text === 'ok' || claim.text === 'no') && body.length % (program.length + 1) === 0
  if (!wellFormed || body.some((word) => parseList([word.text]) === null)) return 'is not a check of the form “+3 : 6 6 4 7 no”'
  if (example === undefined) return 'checks more examples than there are'
  const size = program.length + 1
  const elements = Array.from({ length: body.length / size }, (_, i): WrittenElement => {
    const words = body.slice(i * size, (i + 1) * size)
    return { words, digits: words.map((word) => Number(word.text)) }
  })
  return { program, example, elements, claim }
}

function judgeElement({ program, example }: Check, { words, digits }: WrittenElement, index: number): StepVerdict {
  for (const [i, primitive] of program.entries()) {
    const before = digits[i - 1]
    const value = primitive.map !== undefined && before !== undefined ? primitive.map(before) : runListProgram(program.slice(0, i + 1), example.input)[index]
    if (digits[i] !== value) return verdict(words, false, `is false: element ${index + 1} is ${value ?? 'missing'} after ${primitive.name}`)
  }
  const expected = example.output[index]
  if (digits.at(-1) !== expected) return verdict(words, false, `is false: the example has ${expected ?? 'nothing'} as element ${index + 1}`)
  return verdict(words, true, 'is true')
}

function judgeClaim({ program, example, elements, claim }: Check): StepVerdict {
  const differs = elements.some(({ digits }) => digits.at(-1) !== digits.at(-2))
  const whole = elements.length === example.output.length
  const sameLength = runListProgram(program, example.input).length === example.output.length
  if (claim.text === 'ok') return verdict([claim], whole && !differs && sameLength, differs ? 'hides a difference' : whole && sameLength ? 'is true' : 'comes before every element is checked')
  return verdict([claim], differs || !sameLength, differs || !sameLength ? 'is true' : 'is false: no difference was found')
}

function verdict(words: readonly Word[], ok: boolean, why: string): StepVerdict {
  return { from: words[0]!.from, to: words.at(-1)!.to, ok, why: `${quote(joinWords(words))} ${why}.` }
}
