import type { CodeTask, TestCase } from '../protocol/execution.ts'
import { Limits } from '../protocol/execution.ts'
import type { Problem } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import { FUNCTION_LANGUAGES, parseBody } from './functionBody.ts'
import type { Body, FunctionLanguage } from './functionBody.ts'
import { drawExamples } from './functionExamples.ts'
import type { Example } from './functionExamples.ts'
import type { NamedExample } from './functionTrace.ts'
import { findProgram } from './programText.ts'
import { badPrompt } from './prompt.ts'

/** Inputs of each execution that were never drawn before: they depend on what was written. */
const FRESH_TESTS = 2
const LIMITS = Limits.parse({ wallSeconds: 2, cpuSeconds: 2, memoryMegabytes: 64, processes: 4 })
const FILES: Readonly<Record<FunctionLanguage, string>> = { javascript: 'program.js', python: 'program.py' }

/** The language that a problem's programs are written in; JavaScript where it does not say. */
export const languageOf = ({ params }: Problem): FunctionLanguage => FUNCTION_LANGUAGES.find((language) => language === params['language']) ?? 'javascript'

/** What the gold program returns. Throws `environment/bad-prompt` for a problem without. */
export function goldBody(environment: string, problem: Problem): Body {
  const body = problem.gold === undefined ? undefined : parseBody(problem.gold)
  if (body === undefined) throw badPrompt(environment, problem.prompt, 'of a problem whose gold is a body such as “a * b + 3”')
  return body
}

/** The tests of a program: those shown, those kept back, and fresh ones. */
export interface FunctionTests {
  readonly visible: readonly NamedExample[]
  readonly hidden: readonly Example[]
  readonly gold: Body
}

/** What is to be run for a completion. Fresh inputs follow from problem and program, so that a resumed run draws the same. */
export function functionTask(completion: string, problem: Problem, { visible, hidden, gold }: FunctionTests): CodeTask | { readonly none: string } {
  const program = findProgram(completion)
  if ('none' in program) return program
  const language = languageOf(problem)
  const known = [...visible.map(({ example }) => example), ...hidden]
  const fresh = drawExamples(gold, FRESH_TESTS, randomStream('fresh', problem.id, program.text), known)
  return {
    kind: 'code', language, files: [{ path: FILES[language], text: program.text }], limits: LIMITS,
    tests: [
      ...visible.map(({ letter, example }) => testCase(letter, example, { visible: true, fresh: false })),
      ...hidden.map((example, i) => testCase(`hidden ${i + 1}`, example, { visible: false, fresh: false })),
      ...fresh.map((example, i) => testCase(`fresh ${i + 1}`, example, { visible: false, fresh: true }))
    ]
  }
}

const testCase = (name: string, { a, b, value }: Example, seen: { visible: boolean; fresh: boolean }): TestCase =>
  ({ style: 'call', name, ...seen, function: 'f', args: [a, b], expected: value, tolerance: 0 })
