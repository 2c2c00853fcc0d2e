import type { CodeTask, TestCase } from '../../protocol/execution.ts'
import { codeGrader } from './graderDouble.fixture.ts'
import type { GraderDouble, Passed } from './graderDouble.fixture.ts'
import { interpreterOf, runProgram, secondsOf, suffixOf } from './runProgram.fixture.ts'
import type { Program, Ran, Scripted } from './runProgram.fixture.ts'

/** A harness that runs in the candidate's process, and how its verdicts are read. */
export interface Careless {
  /**
   * For each language what it does with `test` and `call`, the candidate's function, to set `passed`; `got` and `equal` may be
   * used; `tests` are all tests. What it throws is a test that failed.
   */
  readonly compares?: Readonly<Partial<Record<Scripted, string>>>
  /** Before the candidate is loaded, as functions and variables of the whole program. */
  readonly harness?: Readonly<Partial<Record<Scripted, string>>>
  /** After all tests, with `verdicts`; default: tells them on descriptor 3. */
  readonly tells?: Readonly<Partial<Record<Scripted, string>>>
  /** Default: the verdicts of descriptor 3; a harness that tells none has failed its tests. */
  readonly reads?: (ran: Ran, tests: readonly TestCase[]) => readonly Passed[]
  readonly program?: (task: CodeTask) => Partial<Program>
}

const EQUAL = {
  javascript: 'const equal = (a, b) => Array.isArray(b) ? Array.isArray(a) && a.length === b.length && b.every((value, i) => equal(a[i], value)) : a === b',
  python: 'def equal(a, b):\n    return type(a) is type(b) and a == b'
}
const COMPARES = { javascript: 'got = await call(...test.args); passed = equal(got, test.expected)', python: 'got = call(*test["args"])\npassed = equal(got, test["expected"])' }
const TELLS = { javascript: 'require(\'fs\').writeSync(3, verdicts.join(\' \'))', python: 'import os\nos.write(3, " ".join("true" if verdict else "false" for verdict in verdicts).encode())' }

const indent = (text: string, by: number): string => text.split('\n').map((line) => `${' '.repeat(by)}${line}`).join('\n')

const HARNESS: Readonly<Record<Scripted, (parts: Readonly<Record<'compares' | 'harness' | 'tells', string>>) => string>> = {
  javascript: ({ compares, harness, tells }) => `
const fs = require('fs')
const given = fs.readFileSync('cases.json', 'utf8')
const tests = JSON.parse(given)
${EQUAL.javascript}
${harness}
const call = require('vm').runInThisContext('(function (require) {' + fs.readFileSync('solution.cjs', 'utf8') + '\\nreturn ' + (tests[0]?.function ?? 'null') + ' })')(require)
void (async () => {
  const verdicts = []
  for (const test of tests) {
    let passed = false, got
    try { ${compares} } catch (error) { if (error.resources) throw error }
    verdicts.push(passed)
  }
  ${tells}
})()`,
  python: ({ compares, harness, tells }) => `
import json
tests = json.loads(open("cases.json").read())
${EQUAL.python}
class Resources(BaseException):
    pass
${harness}
space = {}
exec(open("solution.py").read(), space)
call = space[tests[0]["function"]] if tests else None
verdicts = []
for test in tests:
    passed = False
    try:
${indent(compares, 8)}
    except Resources:
        raise
    except BaseException:
        pass
    verdicts.append(passed)
${tells}
`
}

/** All tests of a program in one process. */
export function carelessGrader({ compares = {}, harness = {}, tells = {}, reads = told, program }: Careless): GraderDouble {
  return codeGrader(async (task, text) => {
    const language = task.language as Scripted
    const kind = suffixOf(language)
    const parts = { compares: compares[language] ?? COMPARES[language], harness: harness[language] ?? '', tells: tells[language] ?? TELLS[language] }
    const more = program?.(task) ?? {}
    const files = { [`solution.${kind}`]: text, [`harness.${kind}`]: HARNESS[language](parts), 'cases.json': JSON.stringify(task.tests), ...more.files }
    return reads(await runProgram({ seconds: secondsOf(task.limits), command: [...interpreterOf(language), `harness.${kind}`], ...more, files }), task.tests)
  })
}

const told = ({ report }: Ran, tests: readonly TestCase[]): boolean[] => {
  const verdicts = report.split(' ')
  return tests.map((_, i) => verdicts[i] === 'true')
}

/** One verdict for all tests. */
export const alike = (says: (ran: Ran) => Passed) => (ran: Ran, tests: readonly TestCase[]): Passed[] => tests.map(() => says(ran))
