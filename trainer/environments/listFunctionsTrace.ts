import { formatListProgram, sameList } from '../graders/listProgram.ts'
import type { List, ListProgram } from '../graders/listProgram.ts'
import type { Random } from '../random/random.ts'
import { ANSWER } from '../renderers/trace.ts'
import type { ListMix } from './listFunctions.ts'
import { fittingPrograms, SHORT_PROGRAMS } from './listTask.ts'
import type { Example } from './listTask.ts'

/** One proposal with the checks made of it, as words. */
interface Checked {
  readonly text: string
  readonly fits: boolean
}

/** Checks a program against the examples in turn, up to the first that does not fit. */
function check(program: ListProgram, examples: readonly Example[]): Checked {
  let text = formatListProgram(program)
  for (const { input, output } of examples) {
    const lists: string[] = []
    let list: List = input
    for (const primitive of program) {
      list = primitive.apply(list)
      lists.push(list.join(' '))
    }
    const fits = sameList(list, output)
    text += ` : ${lists.join(' , ')} ${fits ? 'ok' : 'no'}`
    if (!fits) return { text, fits }
  }
  return { text, fits: true }
}

/** `reverse +3 : 4 1 3 , 7 4 6 ok : 5 0 2 , 8 3 5 ok answer reverse +3`. */
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
