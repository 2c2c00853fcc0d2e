import assert from 'node:assert/strict'
import { LabError } from '../../errors.ts'
import { endedByCandidate, readOutcome } from './workerOutcome.ts'

/** What a worker tells of one call; `answer` is the text that the candidate's process wrote. */
const told = (call: { readonly answer?: string | null; readonly end?: object | null }, more: object = {}): string => JSON.stringify({
  calls: [{ answer: null, end: null, stdout: 'out', stderr: '', outputCut: false, seconds: 0.1, ...call }], sightings: [], limitsHit: [], cpuSeconds: 0.2, peakMegabytes: 12, ...more
})
const endOf = (answer: string): unknown => readOutcome(told({ answer }), 1).calls[0]!.end

describe('readOutcome', () => {
  it('takes values and exits as the candidate told them', () => {
    assert.deepEqual(endOf('{"ended":"value","value":[1,{"a":null}]}'), { ended: 'value', value: [1, { a: null }] })
    assert.deepEqual(endOf('{"ended":"exit","code":3}'), { ended: 'exit', code: 3 })
    assert.deepEqual(endOf('{"ended":"exception","message":"ValueError: x"}'), { ended: 'exception', message: 'ValueError: x' })
  })

  it('takes what is no answer as none, and tells that it was forged', () => {
    for (const answer of ['', '{', '1', '[]', '{"ended":"pass"}', '{"ended":"value"}', '{"ended":"timeout","message":""}', '{"ended":"exit","code":"0"}']) {
      const { calls, sightings } = readOutcome(told({ answer }), 1)
      assert.deepEqual([calls[0]!.end.ended, sightings.map(({ kind }) => kind)], ['noResult', ['forgedResult']], answer)
    }
  })

  it('takes an answer that is nested deeper than anyone reads for none', () => {
    const nested = (depth: number): string => `{"ended":"value","value":${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}}`
    assert.equal(readOutcome(told({ answer: nested(500) }), 1).calls[0]!.end.ended, 'value')
    for (const depth of [501, 5000, 300_000]) {
      const { calls, sightings } = readOutcome(told({ answer: nested(depth) }), 1)
      assert.deepEqual([calls[0]!.end.ended, sightings.map(({ kind }) => kind)], ['noResult', ['forgedResult']], `${depth}`)
    }
  })

  it('lets the supervisor’s word stand above the candidate’s', () => {
    const { calls } = readOutcome(told({ answer: '{"ended":"value","value":1}', end: { ended: 'timeout', message: 'late' } }), 1)
    assert.deepEqual(calls[0]!.end, { ended: 'timeout', message: 'late' })
  })

  it('tells limits and early exits that an answer names', () => {
    assert.deepEqual(readOutcome(told({ answer: '{"ended":"memory","message":"MemoryError"}' }), 1).limitsHit, ['memoryMegabytes'])
    assert.deepEqual(readOutcome(told({ answer: '{"ended":"exception","message":"x","limit":"fileBytes"}' }), 1).limitsHit, ['fileBytes'])
    assert.deepEqual(readOutcome(told({ answer: '{"ended":"noResult","message":"called sys.exit(0)","exited":true}' }), 1).sightings, [{ kind: 'earlyExit', why: 'called sys.exit(0)' }])
  })

  it('throws what the machine could not do', () => {
    const failures: (() => unknown)[] = [() => readOutcome('{"failure":"no memory"}', 1), () => readOutcome(told({ answer: '1' }), 2)]
    for (const failure of failures) assert.throws(failure, (error) => LabError.is(error, 'sandbox/infrastructure'))
    assert.throws(() => readOutcome('{"calls":"none"}', 1))
  })
})

describe('endedByCandidate', () => {
  it('has no result for each call', () => {
    const { calls, sightings } = endedByCandidate(3)
    assert.deepEqual([calls.map(({ end }) => end.ended), sightings[0]?.kind], [['noResult', 'noResult', 'noResult'], 'earlyExit'])
  })
})
