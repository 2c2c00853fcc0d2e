import assert from 'node:assert/strict'
import fs from 'node:fs'
import { parseJestReport } from './jest.ts'
import { parseJunit } from './junit.ts'
import { parseReportLines } from './reportLines.ts'
import type { TestReport } from './testRunner.ts'

const recorded = (name: string): string => fs.readFileSync(new URL(`recorded/${name}`, import.meta.url), 'utf8')
const brief = ({ results }: TestReport): string[] => results.map(({ name, status, failure }) => `${name}: ${status}${failure === undefined ? '' : ` ${failure.kind}`}`)
const EXPECTED = ['sum adds: passed', 'sum adds wrongly: failed assertion', 'sum throws: failed exception', 'sum is left out: skipped', 'sum is to come: skipped', 'sum takes too long: failed timeout']

describe('reports of test runners', () => {
  it('are read as jest writes them', () => assert.deepEqual(brief(parseJestReport(recorded('jest.json'), '/project')), EXPECTED))

  it('are read as vitest writes them, which does not say that time ran out', () => {
    assert.deepEqual(brief(parseJestReport(recorded('vitest.json'), '/project')), EXPECTED.with(-1, 'sum takes too long: failed exception'))
  })

  it('tell the files that jest and vitest found tests in, relative to the project', () => {
    const filesIn = (name: string, project: string): unknown[] => [...new Set(parseJestReport(recorded(name), project).results.map(({ file }) => file))]
    assert.deepEqual(['jest.json', 'vitest.json'].map((name) => filesIn(name, '/project')), [['t/sum.jest.test.js'], ['t/sum.vitest.test.mjs']])
    assert.deepEqual(filesIn('jest.json', '/elsewhere'), [undefined])
  })

  it('are read as the runner of Node writes JUnit', () => {
    assert.deepEqual(brief(parseJunit(recorded('node.junit.xml'))).map((line) => line.replace(/^test /, '')), ['adds: passed', 'adds wrongly: failed assertion', 'throws <&>: failed assertion', 'is left out: skipped'])
  })

  it('are read as pytest writes JUnit', () => {
    assert.deepEqual(brief(parseJunit(recorded('pytest.junit.xml'))), ['test_sum test_adds: passed', 'test_sum test_adds_wrongly: failed assertion', 'test_sum test_throws: failed assertion', 'test_sum test_left_out: skipped', 'test_sum test_setup_breaks: failed exception'])
  })

  it('are no results where they are cut, forged or something else', () => {
    const whole = recorded('jest.json')
    for (const text of ['', 'null', '[]', whole.slice(0, whole.length / 2), '{"testResults":[{"assertionResults":[{"fullName":"a","status":"excellent"}]}]}']) {
      assert.deepEqual([parseJestReport(text, '/project').results, parseJestReport(text, '/project').finished], [[], false], text)
    }
    for (const text of ['', 'no xml', '<testsuites><testcase name="a"', '<!DOCTYPE a [<!ENTITY b "c">]><testsuites/>', '<testsuites/>']) {
      assert.deepEqual([parseJunit(text).results, parseJunit(text).finished], [[], false], text)
    }
  })

  it('grow by no entity', () => {
    const text = '<!DOCTYPE a [<!ENTITY x "aaaaaaaaaa"><!ENTITY y "&x;&x;&x;&x;">]><testsuite><testcase name="&y;&amp;lt;" time="x"/></testsuite>'
    assert.deepEqual(parseJunit(text).results.map(({ name, seconds }) => [name, seconds]), [['&y;&lt;', 0]])
  })

  it('are read line by line from our own reporters, up to where one was killed', () => {
    const lines = [
      { began: 'a' }, { status: 'passed', name: 'a', file: 'test/a.js', seconds: 0.5 }, { connected: true }, { began: 'b' },
      { status: 'failed', name: 'b', seconds: 'x', failure: { kind: 'assertion', message: 'm'.repeat(5000), expected: '1', got: '2' } }, { boundary: 'gone' }, { need: 'change src/a.js sum' }, { began: 'c' }
    ].map((line) => JSON.stringify(line))
    const report = parseReportLines(`\n${lines.join('\n\n')}\nprinted by a test\n{"status":"passed"`)
    assert.deepEqual({ ...report, results: brief(report) }, { results: ['a: passed', 'b: failed assertion'], began: ['a', 'b', 'c'], finished: false, connected: true, boundary: 'gone', needs: ['change src/a.js sum'], printed: '' })
    assert.deepEqual([report.results[0]!.file, report.results[1]!.seconds, report.results[1]!.failure?.message.length], ['test/a.js', 0, 4000])
  })

  it('tell what was printed with the test that printed it, and that of nobody apart', () => {
    const lines = [
      { printed: 'loading ' }, { began: 'a' }, { printed: 'one ' }, { printed: 'two ' }, { status: 'passed', name: 'a', seconds: 0, output: 'by the test' }, { printed: 'between ' },
      { began: 'b' }, { status: 'failed', name: 'b', seconds: 0, output: '', failure: { kind: 'assertion', message: 'm' } }, { began: 'c' }, { printed: 'hangs' }
    ]
    const report = parseReportLines(lines.map((line) => JSON.stringify(line)).join('\n'))
    assert.deepEqual(report.results.map(({ output }) => output), ['one two by the test', ''])
    assert.equal(report.printed, 'loading one two between hangs')
  })
})
