import type { TestCase } from '../../protocol/execution.ts'
import { codeGrader } from './graderDouble.fixture.ts'
import type { GraderDouble } from './graderDouble.fixture.ts'
import { interpreterOf, runProgram, secondsOf, suffixOf } from './runProgram.fixture.ts'
import type { Ran, Scripted } from './runProgram.fixture.ts'

/** One process for each test. */
const eachTest = (passes: (language: Scripted, program: string, test: TestCase, seconds: number) => Promise<boolean>): GraderDouble =>
  codeGrader(({ language, tests, limits }, program) => Promise.all(tests.map((test) => passes(language as Scripted, program, test, secondsOf(limits)))))

const HARNESS = {
  python: (test: TestCase): string => [
    'import io, json, sys', 'test = json.loads(open("test.json").read())', 'try:',
    ...(test.style === 'call'
      ? ['    space = {}', '    exec(open("solution.py").read(), space)', '    output = space[test["function"]](*test["args"])', '    json.dumps(output)', '    passed = output == test["expected"]']
      : ['    sys.stdin, real, sys.stdout = io.StringIO(test["stdin"]), sys.stdout, io.StringIO()', '    exec(open("solution.py").read(), {})', '    passed = sys.stdout.getvalue().split() == test["expected"].split()']),
    'except BaseException:', '    passed = False', 'sys.exit(0 if passed else 255)'
  ].join('\n'),
  javascript: (): string => [
    'const { readFileSync } = require(\'fs\')', 'const test = JSON.parse(readFileSync(\'test.json\', \'utf8\'))', 'let passed = false',
    'try { const call = Function(\'require\', readFileSync(\'solution.cjs\', \'utf8\') + `\\nreturn ${test.function}`)(require)',
    '  passed = JSON.stringify(call(...test.args)) === JSON.stringify(test.expected) } catch {}', 'process.exitCode = passed ? 0 : 255'
  ].join('\n')
}

/** tinker-cookbook `code_rl`: candidate, comparer and expected values in one process whose exit code is the verdict. */
export const exitCodeGrader = eachTest(async (language, program, test, seconds) => {
  const kind = suffixOf(language)
  const files = { [`solution.${kind}`]: program, [`harness.${kind}`]: HARNESS[language](test), 'test.json': JSON.stringify(test) }
  return succeeded(await runProgram({ command: [...interpreterOf(language), `harness.${kind}`], files, seconds }))
})

/** open-r1 `code_reward`: output lines compared with expected lines in pairs, as far as there are pairs. */
export const pairedLinesGrader = eachTest(async (language, program, test, seconds) => {
  if (test.style !== 'stdin') return false
  const file = `solution.${suffixOf(language)}`
  const ran = await runProgram({ command: [...interpreterOf(language), file], files: { [file]: program }, stdin: test.stdin, seconds })
  const [lines, expected] = [ran.stdout.split('\n'), test.expected.split('\n')]
  const pairs = Math.min(lines.length, expected.length)
  return succeeded(ran) && lines.slice(0, pairs).every((line, i) => line.trim() === expected[i]!.trim())
})

/** verl `sandbox_fusion`, assert mode: the assertion is appended to the candidate, and code 0 is a pass. */
export const appendedAssertGrader = eachTest(async (language, program, test, seconds) => {
  if (test.style !== 'call') return false
  const [call, expected] = [`${test.function}(${test.args.map((value) => JSON.stringify(value)).join(', ')})`, JSON.stringify(test.expected)]
  const assertion = language === 'python' ? `assert ${call} == ${expected}` : `require('assert').deepStrictEqual(${call}, ${expected})`
  const file = `solution.${suffixOf(language)}`
  return succeeded(await runProgram({ command: [...interpreterOf(language), file], files: { [file]: `${program}\n${assertion}\n` }, seconds }))
})

const succeeded = ({ code }: Ran): boolean => code === 0
