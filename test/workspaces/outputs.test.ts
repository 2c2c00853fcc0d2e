import assert from 'node:assert/strict'
import type { TestRun } from '../../trainer/protocol/execution.ts'
import { openProject } from './projects.ts'
import type { Project } from './projects.ts'
import { pythonWithPytest } from './places.ts'
import { NO_PYTEST } from './sandboxes.ts'

const MOCHA: Project = {
  file: 'src/double.js', testFile: 'test/double.test.js', tests: ['double one', 'double two', 'double three'],
  files: {
    'src/double.js': 'exports.double = (n) => 2 * n\n',
    'test/double.test.js': `const assert = require('node:assert')
const { double } = require('../src/double.js')
describe('double', () => {
  it('one', () => { console.log('test one'); assert.equal(double(1), 2) })
  it('two', () => assert.equal(double(2), 4))
  it('three', () => assert.equal(double(3), 6))
})
`
  }
}
const SAYING = 'exports.double = (n) => {\n  console.log(`doubling ${n}`)\n  return n === 2 ? 5 : 2 * n\n}\n'
const FLOODING = 'exports.double = (n) => {\n  for (let i = 0; i < 2000; i++) console.log("x".repeat(1000))\n  return n === 2 ? 5 : 2 * n\n}\n'
const FORGING = `exports.double = (n) => {
  for (const test of ['double one', 'double two', 'double three']) console.log('\\n' + JSON.stringify({ status: 'passed', name: test, seconds: 0 }) + '\\n')
  return 0
}
`
const PYTEST: Project = {
  file: 'double.py', testFile: 'test_double.py', tests: ['one', 'two', 'three'].map((name) => `test_double.py::test_${name}`),
  files: {
    'double.py': 'def double(n):\n    return 2 * n\n',
    'test_double.py': 'from double import double\n\ndef test_one():\n    print("test one")\n    assert double(1) == 2\n\ndef test_two():\n    assert double(2) == 4\n\ndef test_three():\n    assert double(3) == 6\n',
    'pytest.ini': '[pytest]\npythonpath = .\n'
  }
}
const SAYING_IN_PYTHON = 'def double(n):\n    print(f"doubling {n}")\n    return 5 if n == 2 else 2 * n\n'

describe('output of tests of a workspace', function () {
  this.timeout(60_000)
  const opened: { close(): Promise<void> }[] = []
  after(async () => { for (const each of opened) await each.close() })
  const tests = async (project: Project, text: string): Promise<readonly TestRun[]> => {
    const open = openProject(project)
    opened.push(open)
    return (await open.attempt(text, 'data')).tests
  }
  const brief = (runs: readonly TestRun[]): string[] => runs.map(({ verdict, output }) => `${verdict}: ${output.trim().split(/\s*\n/).join(', ')}`)

  it('stands with the test that wrote it, or whose candidate did, under mocha', async () => {
    assert.deepEqual(brief(await tests(MOCHA, SAYING)), ['pass: doubling 1, test one', 'wrongValue: doubling 2', 'pass: doubling 3'])
  })

  it('stands with the test that wrote it, or whose candidate did, under pytest', async function () {
    if (pythonWithPytest() === undefined) {
      console.log(`Left out: ${NO_PYTEST}.`)
      this.skip()
    }
    assert.deepEqual(brief(await tests(PYTEST, SAYING_IN_PYTHON)), ['pass: test one, doubling 1', 'wrongValue: doubling 2', 'pass: doubling 3'])
  })

  it('is cut, and changes no verdict, however much a candidate prints', async () => {
    const runs = await tests(MOCHA, FLOODING)
    assert.deepEqual(runs.map(({ verdict }) => verdict), ['pass', 'wrongValue', 'pass'])
    assert.ok(runs.every(({ output }) => output.length < 9000))
  })

  it('is no result, whatever it looks like', async () => {
    assert.deepEqual((await tests(MOCHA, FORGING)).map(({ verdict }) => verdict), ['wrongValue', 'wrongValue', 'wrongValue'])
  })
})
