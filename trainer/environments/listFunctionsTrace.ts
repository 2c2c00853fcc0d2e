import { formatListProgram } from '../graders/listProgram.ts'
import type { ListProgram } from '../graders/listProgram.ts'
import type { Random } from '../random/random.ts'
import { ANSWER } from '../renderers/trace.ts'
import type { ListMix } from './listFunctions.ts'
import { fittingPrograms, letterOf, originsOf, SHORT_PROGRAMS } from './listTask.ts'
import type { Example } from './listTask.ts'

/** One proposal with the checks made of it, as words. */
interface Checked {
  readonly text: string
  readonly fits: boolean
}

/** Checks a program against the examples in turn, up to the first that does not fit. */
function check(program: ListProgram, examples: readonly Example[]): Checked {
  let text = formatListProgram(program)
  for (const [i, example] of examples.entries()) {
    const { words, fits } = checkExample(program, example, i)
    text += ` : ${words.join(' ')} ${fits ? 'ok' : 'no'}`
    if (!fits) return { text, fits }
  }
  return { text, fits: true }
}

/**
 * Element by element, up to the first that differs: its letter and value in the example, the letter and value it comes from
 * under the program, and what the program makes of that value.
 */
function checkExample(program: ListProgram, { input, output }: Example, number: number): { words: (string | number)[]; fits: boolean } {
  const words: (string | number)[] = []
  const { sources, change } = originsOf(program, input.length)!
  for (const [i, expected] of output.entries()) {
    const source = sources[i]!
    const value = input[source]!
    const made = change === null ? value : change(value)
    words.push(letterOf(number, 'output', i), expected, letterOf(number, 'input', source), value)
    if (change !== null) words.push(made)
    if (made !== expected) return { words, fits: false }
  }
  return { words, fits: true }
}

/** `reverse +3 : e 7 c 4 7 f 4 b 1 4 g 6 a 3 6 ok : … ok answer reverse +3`. */
export const writeCheckedProgram = (program: ListProgram, examples: readonly Example[]): string =>
  `${check(program, examples).text} ${ANSWER} ${formatListProgram(program)}`

/** A search as the mix says; without a fit the answer is the last proposal. */
export function demonstrateSearch(examples: readonly Example[], random: Random, mix: ListMix): string {
  const fitting = fittingPrograms(examples)
  const unchecked = random.next() < mix.unchecked
  const checked = random.next() < mix.oneExample ? examples.slice(0, 1) : examples
  const most = unchecked ? 1 : random.next() < mix.giveUp ? 1 + random.integer(mix.earlyAttempts) : mix.attempts
  const tried = new Set<ListProgram>()
  const attempts: string[] = []
  let program: ListProgram
  let found: boolean
  do {
    program = propose(fitting, tried, random, mix)
    tried.add(program)
    const { text, fits } = check(program, checked)
    attempts.push(text)
    found = fits
  } while (!found && attempts.length < most)
  const answer = `${ANSWER} ${formatListProgram(program)}`
  return unchecked ? answer : `${attempts.join(' ')} ${answer}`
}

/** A fitting program, or a random one that was not tried. */
function propose(fitting: readonly ListProgram[], tried: ReadonlySet<ListProgram>, random: Random, mix: ListMix): ListProgram {
  if (fitting.length > 0 && random.next() < mix.hit) return random.pick(fitting)
  const length = random.next() < mix.shortProposals ? 1 : 2
  for (;;) {
    const program = random.pick(SHORT_PROGRAMS)
    if (program.length === length && !tried.has(program)) return program
  }
}
