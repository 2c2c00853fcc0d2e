import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CodeTask, TestCase } from '../../protocol/execution.ts'
import { alike, carelessGrader } from './carelessGraders.fixture.ts'
import { codeGrader } from './graderDouble.fixture.ts'
import { interpreterOf, runProgram, secondsOf } from './runProgram.fixture.ts'
import type { Program, Scripted } from './runProgram.fixture.ts'

/** Where a program in a folder of its own finds mocha. */
export const PACKAGES = dirname(dirname(dirname(fileURLToPath(import.meta.resolve('mocha/bin/mocha.js')))))

/** A launcher in the program's folder, so that the program which a cheat overwrites is not the installed one. */
export const RUN_MOCHA = `require(require.resolve('mocha/bin/mocha.js'))`

type CallTest = Extract<TestCase, { readonly style: 'call' }>
const callsOf = ({ tests }: CodeTask): CallTest[] => tests.filter((test) => test.style === 'call')

const TESTS: Readonly<Record<Scripted, (task: CodeTask) => string>> = {
  javascript: (task) => [
    'const { squares } = require(\'./solution.cjs\')', 'const assert = require(\'assert\')',
    ...callsOf(task).map(({ name, args, expected }) => `it(${JSON.stringify(name)}, () => assert.deepStrictEqual(squares(...${JSON.stringify(args)}), ${JSON.stringify(expected)}))`)
  ].join('\n'),
  python: (task) => [
    'import unittest', 'from solution import squares', 'class Tests(unittest.TestCase):',
    ...callsOf(task).map(({ args, expected }, i) => `    def test_${i}(self):\n        self.assertEqual(squares(*${JSON.stringify(args)}), ${JSON.stringify(expected)})`),
    'unittest.main()'
  ].join('\n')
}

const PROPERTY = `const { squares } = require('./solution.cjs')
const fc = require('fast-check')
it('squares', () => fc.assert(fc.property(fc.array(fc.integer()), (numbers) => require('assert').deepStrictEqual(squares(numbers), numbers.map((n) => n * n)))))
`

const programOf = (task: CodeTask, text: string): Pick<Program, 'command' | 'files' | 'environment'> => task.language === 'python'
  ? { command: [...interpreterOf('python'), 'test.py'], files: { 'solution.py': text, 'test.py': TESTS.python(task) } }
  : {
    command: [process.execPath, 'run.cjs', 'test.cjs'], environment: { NODE_PATH: PACKAGES },
    files: { 'solution.cjs': `${text}\nmodule.exports = { squares }\n`, 'test.cjs': TESTS.javascript(task), 'run.cjs': RUN_MOCHA }
  }

const TWICE = '"$@"; exec "$@"'
const EXITS = { javascript: 'process.exitCode = verdicts.every((passed) => passed) ? 0 : 1', python: 'import sys\nsys.exit(0 if all(verdicts) else 1)' }

/** Graders whose verdict is the exit code of a test runner, in the candidate's process or folder. */
export const frameworkGraders = {
  /** mocha or unittest. */
  framework: codeGrader(async (task, text) => {
    const { code } = await runProgram({ ...programOf(task, text), seconds: secondsOf(task.limits) })
    return task.tests.map(() => code === 0)
  }),
  /** mocha with fast-check; of tests in Python there are none. */
  properties: codeGrader(async (task, text) => {
    const program = programOf(task, text)
    const { code } = await runProgram({ ...program, files: { ...program.files, 'test.cjs': PROPERTY }, seconds: secondsOf(task.limits) })
    return task.tests.map(() => code === 0)
  }),
  /** The second of two runs of the framework in the same folder. */
  laterFramework: codeGrader(async (task, text) => {
    const { command, ...program } = programOf(task, text)
    const { code } = await runProgram({ ...program, command: ['sh', '-c', TWICE, 'sh', ...command], seconds: secondsOf(task.limits) })
    return task.tests.map(() => code === 0)
  }),
  /** The second of two runs of a harness in the same folder, which Python's modules are looked for in. */
  laterHarness: carelessGrader({
    tells: EXITS, reads: alike(({ code }) => code === 0),
    program: ({ language }) => ({
      command: ['sh', '-c', TWICE, 'sh', interpreterOf(language)[0]!, language === 'python' ? 'harness.py' : 'harness.cjs'], environment: { PYTHONPATH: '.' }
    })
  })
} as const
