import type { Problem } from '../protocol/problem.ts'
import { formatBody, FUNCTION_LANGUAGES, formatProgram, parseBody } from './functionBody.ts'
import type { Body, FunctionLanguage } from './functionBody.ts'
import { examplesIn, LETTERS, numberWord, parseExample } from './functionExamples.ts'
import type { Example } from './functionExamples.ts'
import { tellTest } from './functionFeedback.ts'
import type { NamedExample } from './functionTrace.ts'
import { badPrompt } from './prompt.ts'

export const CODE_REPAIR = 'code-repair'

/** What a prompt says: the program that fails and the first test that it fails. */
export interface RepairPrompt {
  readonly broken: Body
  readonly language: FunctionLanguage
  readonly failing: NamedExample
  readonly got: number
}

/** Between an earlier attempt in a prompt and what was told of it: the end of a turn. */
const TURN_END = '<eos>'

/** `function f ( a , b ) { return a * b + 1 } | p 3 4 > 15 got 13 :`. */
export const repairPrompt = ({ broken, language, failing, got }: RepairPrompt): string =>
  `${formatProgram(formatBody(broken, language), language)} ${tellTest(failing, numberWord(got))}`

/** The prompt as it stands after another turn, token by token as a rollout goes on. */
export const afterTurn = (prompt: string, completion: string, feedback: string): string => `${prompt} ${completion} ${TURN_END} ${feedback}`

const HEAD = / \| ([a-z] [0-9] [0-9] > -?[0-9]+) got (-?[0-9]+) :$/

/** The prompt of the first turn. Throws `environment/bad-prompt`. */
export function parseRepairPrompt({ prompt }: Problem): RepairPrompt {
  const head = prompt.split(` ${TURN_END} `, 1)[0]!
  const first = head.slice(0, head.indexOf(' :', head.indexOf(' | ')) + 2)
  const match = HEAD.exec(first.slice(0, 400))
  const failing = match && parseExample(match[1]!.split(' '))
  const program = match && readProgram(first.slice(0, match.index))
  if (!match || !failing || !program) throw badPrompt(CODE_REPAIR, prompt, '“function f ( a , b ) { return a * b + 1 } | p 3 4 > 15 got 13 :”')
  return { ...program, failing, got: Number(match[2]) }
}

function readProgram(text: string): { broken: Body; language: FunctionLanguage } | null {
  for (const language of FUNCTION_LANGUAGES) {
    const [before = '', after = ''] = formatProgram('\n', language).split('\n')
    const broken = text.startsWith(before) && text.endsWith(after) ? parseBody(text.slice(before.length, text.length - after.length)) : undefined
    if (broken !== undefined) return { broken, language }
  }
  return null
}

/** The tests whose failures may be told: all of the problem's, or the one in a prompt that came alone. */
export function visibleTests(problem: Problem): NamedExample[] {
  const tests: readonly Example[] = examplesIn(problem, 'visible')
  return tests.length === 0 ? [parseRepairPrompt(problem).failing] : tests.map((example, i) => ({ letter: LETTERS[i]!, example }))
}
