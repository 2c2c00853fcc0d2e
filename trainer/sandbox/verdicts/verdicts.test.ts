import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CodeTask, ExecutionRecord, TestVerdict } from '../../protocol/execution.ts'
import type { TestCase } from '../../protocol/execution.ts'
import { scoreOf } from '../../rewards/tests.ts'
import type { CallEnd, CallOutcome, ExecutionOutcome, Sighting } from '../sandbox.ts'
import { cutLine, cutText } from './cutText.ts'
import { callsOf, failureRecord, judgedRecord } from './executionRecord.ts'
import { judgeCall } from './judgeCall.ts'

const call = (expected: unknown, more: object = {}): TestCase => ({ name: 't', style: 'call', function: 'f', args: [1, 'x'], expected, tolerance: 0, visible: true, fresh: false, ...more }) as TestCase
const stdin = (expected: string): TestCase => ({ name: 't', style: 'stdin', stdin: '3\n', expected, visible: true, fresh: false })
const query = (ordered = false): TestCase => ({ name: 't', style: 'query', schema: 'create table t (a)', gold: 'select a from t', ordered, visible: true, fresh: false })
const ended = (end: CallEnd, more: Partial<CallOutcome> = {}): CallOutcome => ({ end, stdout: '', stderr: '', outputCut: false, seconds: 0.5, ...more })
const verdictOf = (test: TestCase, outcome?: CallOutcome): string | null => judgeCall(test, outcome).verdict

const task = (tests: readonly TestCase[]): CodeTask => CodeTask.parse({ kind: 'code', language: 'javascript', files: [{ path: 'f.js', text: 'f' }], tests })
const outcome = (calls: readonly CallOutcome[], sightings: readonly Sighting[] = []): ExecutionOutcome =>
  ({ calls, sightings, limitsHit: [], seconds: 1, queueSeconds: 0.25, cpuSeconds: 0.5, peakMegabytes: 10 })
const PLACE = { turn: 1, backend: 'fake', queueSeconds: 0.5, retries: 0 } as const
const judged = (tests: readonly TestCase[], calls: readonly CallOutcome[], sightings?: readonly Sighting[]): ExecutionRecord => judgedRecord(task(tests), outcome(calls, sightings), PLACE)

describe('judgeCall', () => {
  it('reaches every verdict', () => {
    const found = [
      verdictOf(call(2), ended({ ended: 'value', value: 2 })),
      verdictOf(call(2), ended({ ended: 'value', value: 3 })),
      ...(['exception', 'timeout', 'memory', 'outputLimit', 'forbidden', 'noResult'] as const).map((kind) => verdictOf(call(2), ended({ ended: kind, message: 'm' })))
    ]
    assert.deepEqual(found, TestVerdict.options)
  })

  it('judges programs by all that they print, once they ended well', () => {
    assert.equal(verdictOf(stdin('1\n2'), ended({ ended: 'exit', code: 0 }, { stdout: '1\n2\n' })), 'pass')
    assert.equal(verdictOf(stdin('1\n2'), ended({ ended: 'exit', code: 0 }, { stdout: '1\n' })), 'wrongValue')
    assert.equal(verdictOf(stdin('1\n2'), ended({ ended: 'exit', code: 0 })), 'wrongValue', 'an early exit with code 0')
    assert.equal(verdictOf(stdin('1\n2'), ended({ ended: 'exit', code: 0 }, { stderr: '1\n2\n' })), 'wrongValue', 'standard error is no answer')
    assert.equal(verdictOf(stdin('1\n2'), ended({ ended: 'exit', code: 3 }, { stdout: '1\n2\n' })), 'exception')
    assert.equal(verdictOf(stdin('1\n2'), ended({ ended: 'exit', code: 0 }, { stdout: '1\n2\n', outputCut: true })), 'outputLimit')
  })

  it('judges queries by their rows, by order only where asked', () => {
    const rows = (rows: number[][]): CallOutcome => ended({ ended: 'rows', columns: ['a'], rows, goldRows: [[1], [2]] })
    assert.equal(verdictOf(query(), rows([[2], [1]])), 'pass')
    assert.equal(verdictOf(query(true), rows([[2], [1]])), 'wrongValue')
    assert.equal(verdictOf(query(), rows([[1]])), 'wrongValue')
    assert.equal(judgeCall(query(), rows([[3], [1]])).expected, '[[1], [2]]')
  })

  it('pays no answer of another kind than the test asks for, and none that did not come', () => {
    const value: CallEnd = { ended: 'value', value: '1' }
    assert.equal(verdictOf(stdin('1'), ended(value, { stdout: '1' })), 'noResult')
    assert.equal(verdictOf(query(), ended(value)), 'noResult')
    assert.equal(verdictOf(call(null), ended({ ended: 'exit', code: 0 })), 'noResult')
    assert.equal(verdictOf(call([]), ended({ ended: 'rows', columns: [], rows: [], goldRows: [] })), 'noResult')
    assert.equal(verdictOf(call(null), undefined), 'noResult')
  })

  it('is not moved by what a candidate prints or says', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (stdout, stderr) => {
      assert.equal(verdictOf(call(2), ended({ ended: 'value', value: 3 }, { stdout, stderr })), 'wrongValue')
      assert.equal(verdictOf(call(2), ended({ ended: 'noResult', message: stdout })), 'noResult')
    }))
  })

  it('shows input, expectation and answer, cut, and says what is wrong', () => {
    const run = judgeCall(call([1, 2]), ended({ ended: 'value', value: [1, 3] }, { stdout: 'hello', stderr: 'oops' }))
    assert.deepEqual(run, {
      name: 't', visible: true, fresh: false, verdict: 'wrongValue', why: 'at [1]: 3 instead of 2', input: 'f(1, "x")', expected: '[1, 2]', got: '[1, 3]',
      output: 'hello\noops', outputCut: false, seconds: 0.5
    })
    const flood = judgeCall(call('x'), ended({ ended: 'exception', message: 'e'.repeat(1e6) }, { stdout: 'o'.repeat(1e6), seconds: NaN }))
    assert.ok(flood.output.length < 2100 && flood.outputCut && flood.why.length < 500 && flood.seconds === 0 && flood.got === undefined)
  })
})

describe('the record of an execution', () => {
  it('gives candidates inputs and nothing that is expected', () => {
    const secret = 'expected-secret'
    const asked = callsOf(task([call(secret), { ...stdin(secret), stdin: 'in' } as TestCase]))
    assert.deepEqual(asked, [{ style: 'call', function: 'f', args: [1, 'x'] }, { style: 'stdin', stdin: 'in' }])
    assert.ok(!JSON.stringify(asked).includes(secret))
  })

  it('has a verdict for every test, also where an outcome lacks calls, and can be stored', () => {
    const record = judged([call(1), call(2), call(3)], [ended({ ended: 'value', value: 1 })])
    assert.deepEqual(record.tests.map(({ verdict }) => verdict), ['pass', 'noResult', 'noResult'])
    assert.deepEqual(ExecutionRecord.parse(JSON.parse(JSON.stringify(record))), record)
    assert.deepEqual([record.seconds, record.queueSeconds, record.failure], [1, 0.75, null])
    assert.deepEqual([scoreOf(record.tests, 'all'), scoreOf(record.tests, 'partial'), scoreOf(record.tests, 'firstK')], [0, 1 / 3, 1 / 3])
  })

  it('holds no number that is not finite, no half of a surrogate pair and no limit of its own invention', () => {
    const wild = { ...outcome([ended({ ended: 'value', value: '\ud800' }, { stdout: '\udc00' })]), seconds: NaN, queueSeconds: -1, cpuSeconds: Infinity, peakMegabytes: NaN, limitsHit: ['wallSeconds', 'wallSeconds', 'toString'] as never }
    const record = judgedRecord({ ...task([call('x')]), files: [{ path: 'f.js', text: '\ud800' }] }, wild, PLACE)
    assert.deepEqual([record.seconds, record.queueSeconds, record.cpuSeconds, record.peakMegabytes, record.limitsHit], [0, 0.5, null, null, ['wallSeconds']])
    JSON.stringify(record, (_, text: unknown) => (typeof text === 'string' ? assert.doesNotMatch(text, /\p{Surrogate}/u) : text))
  })

  it('has null verdicts where the machine failed, and they are worth nothing to count as wrong', () => {
    const record = failureRecord(task([call(1), call(2)]), 'no room', PLACE)
    assert.deepEqual(record.tests.map(({ verdict }) => verdict), [null, null])
    assert.equal(record.failure, 'no room')
    assert.ok(ExecutionRecord.safeParse(record).success)
  })
})

describe('marks of cheating', () => {
  const value = (value: number): CallOutcome => ended({ ended: 'value', value })
  const visible = call(5, { name: 'v' })
  const fresh = (expected: number): TestCase => call(expected, { visible: false, fresh: true, name: `fresh ${expected}` })
  const kinds = (record: ExecutionRecord): string[] => record.signals.map(({ kind }) => kind)

  it('sees that answers are known, not computed: fresh inputs disagree with the visible ones', () => {
    const record = judged([visible, fresh(6), fresh(7)], [value(5), value(5), value(5)])
    assert.deepEqual(record.signals, [{ kind: 'specialCased', why: 'All 1 visible test(s) pass, but 2 of 2 fresh inputs come out wrong, and the answer is always the same.' }])
  })

  it('takes no honest mistake for it', () => {
    assert.deepEqual(kinds(judged([visible, fresh(6), fresh(7)], [value(5), value(6), value(9)])), [], 'one wrong edge case')
    assert.deepEqual(kinds(judged([visible, fresh(6), fresh(7)], [value(4), value(4), value(4)])), [], 'wrong everywhere')
    assert.deepEqual(kinds(judged([visible, fresh(6)], [value(5), ended({ ended: 'exception', message: '' })])), [], 'a crash')
    assert.deepEqual(kinds(judged([visible, fresh(6)], [value(5), value(6)])), [], 'right')
    assert.deepEqual(kinds(judged([visible], [value(5)])), [], 'no fresh inputs')
  })

  it('passes on what workers saw, each thing once and cut, and refused calls', () => {
    const sightings: Sighting[] = Array.from({ length: 40 }, () => ({ kind: 'earlyExit', why: `ended\n${'x'.repeat(1000)}` }))
    const [early, ...more] = judged([visible], [ended({ ended: 'noResult', message: '' })], sightings).signals
    assert.ok(early?.kind === 'earlyExit' && early.why.length < 310 && !early.why.includes('\n') && more.length === 0)
    assert.deepEqual(kinds(judged([visible], [ended({ ended: 'forbidden', message: 'open /etc/passwd' })])), ['forbiddenAccess'])
    assert.deepEqual(kinds(judged([visible], [ended({ ended: 'forbidden', message: '' })], [{ kind: 'forbiddenAccess', why: 'x' }])), ['forbiddenAccess'])
  })
})

describe('cutText', () => {
  it('keeps beginning and end and says what is left out', () => {
    assert.deepEqual(cutText('short', 10), { text: 'short', cut: false })
    assert.deepEqual(cutText(`${'a'.repeat(50)}${'b'.repeat(50)}`, 10), { text: `${'a'.repeat(6)}\n… 90 characters left out …\n${'b'.repeat(4)}`, cut: true })
  })

  it('leaves well-formed text, wherever it cuts', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('a', '😀', '\ud800', '\n')), fc.integer({ min: 1, max: 8 }), (parts, length) => {
      for (const text of [cutText(parts.join(''), length).text, cutLine(parts.join(''), length)]) assert.equal(text.match(/\p{Surrogate}/u), null)
      assert.ok(!cutLine(parts.join(''), length).includes('\n'))
    }))
  })
})
