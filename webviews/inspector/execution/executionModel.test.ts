import assert from 'node:assert/strict'
import type { TestVerdict } from '../../../trainer/protocol/execution.ts'
import type { ExecutionCard, TestRow } from '../../../trainer/protocol/rolloutViews.ts'
import { ViewError } from '../../connection/viewError.ts'
import type { RunAgain } from '../../protocol/inspector.ts'
import { ExecutionModel, TESTS_PAGE } from './executionModel.ts'
import { againText, failureText, passText, signalWord, testVerdictWord } from './executionWords.ts'

const cardOf = (turn: number, passes: number, tests: number, failure: string | null = null) => ({ turn, tests, failure, byVerdict: { pass: passes, wrongValue: tests - passes } }) as unknown as ExecutionCard
const place = { run: '/runs/a', id: 'r1' }

/** A host with a rollout of two turns, of 250 tests each, every second one failing. */
function host(pendingTurn: number | null = null) {
  const asked: unknown[][] = []
  const pending: { resolve: (again: RunAgain) => void; signal: AbortSignal | undefined }[] = []
  const all = Array.from({ length: 250 }, (_, index) => ({ index, verdict: index % 2 ? 'wrongValue' : 'pass' }) as TestRow)
  const query = (name: string, params: { failing?: boolean; offset: number; limit: number }) => {
    asked.push([name, params])
    if (name === 'rollouts/executions') return Promise.resolve([cardOf(1, 0, 250), cardOf(2, 125, 250)])
    const tests = all.filter(({ verdict }) => !params.failing || verdict !== 'pass')
    return Promise.resolve({ count: tests.length, tests: tests.slice(params.offset, params.offset + params.limit) })
  }
  const ask = (name: string, params: unknown, signal?: AbortSignal) => name === 'pendingRunAgain' ? Promise.resolve(pendingTurn) : new Promise<RunAgain>((resolve, reject) => {
    asked.push([name, params])
    pending.push({ resolve, signal })
    signal?.addEventListener('abort', () => reject(new ViewError('given up', { code: 'cancelled', remedy: '' })))
  })
  return { asked, pending, connection: { query, ask } as unknown as ConstructorParameters<typeof ExecutionModel>[0] }
}

describe('the executions of a rollout', () => {
  it('begin at the turn that was scored, and read its tests by range', async () => {
    const { connection, asked } = host()
    const model = new ExecutionModel(connection, () => undefined)
    await model.open(place)
    assert.deepEqual([model.turn, model.card?.byVerdict.pass, model.tests.length, model.count], [2, 125, TESTS_PAGE, 250])
    await model.more()
    await model.more()
    assert.deepEqual(model.tests.map(({ index }) => index), Array.from({ length: 250 }, (_, i) => i))
    assert.deepEqual(asked.slice(1).map(([, params]) => (params as { offset: number }).offset), [0, 100, 200])
    await model.chooseTurn(1)
    assert.deepEqual([model.card?.byVerdict.pass, model.tests.length, model.attempt], [0, TESTS_PAGE, { ...place, turn: 1 }])
  })

  it('show only what failed where that is asked for', async () => {
    const { connection } = host()
    const model = new ExecutionModel(connection, () => undefined)
    await model.open(place)
    await model.showFailing(true)
    assert.deepEqual([model.count, model.tests.every(({ verdict }) => verdict !== 'pass')], [125, true])
  })

  it('are run again one at a time, and what was asked for another turn is forgotten', async () => {
    const { connection, pending } = host()
    let changes = 0
    const model = new ExecutionModel(connection, () => changes++)
    await model.open(place)
    const first = model.runAgain()
    void model.runAgain()
    assert.deepEqual([model.running, pending.length], [true, 1])
    await model.chooseTurn(1)
    assert.deepEqual([model.running, pending[0]!.signal?.aborted], [false, true])
    await first
    assert.deepEqual([model.again, model.againError], [undefined, undefined])
    const second = model.runAgain()
    changes = 0
    const again: RunAgain = { card: cardOf(1, 250, 250), tests: [], changed: [], changedCount: 250 }
    pending[1]!.resolve(again)
    await second
    assert.deepEqual([model.again, model.running, changes], [again, false, 1])
  })

  it('show the turn that was run again while the page was hidden, and what came of it', async () => {
    const { connection, pending, asked } = host(1)
    const model = new ExecutionModel(connection, () => undefined)
    await model.open(place)
    assert.deepEqual([model.turn, model.running, pending.length], [1, true, 1])
    assert.deepEqual(asked.find(([name]) => name === 'runAgain'), ['runAgain', { ...place, turn: 1 }])
    const again: RunAgain = { card: cardOf(1, 250, 250), tests: [], changed: [], changedCount: 250 }
    pending[0]!.resolve(again)
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual([model.again, model.running], [again, false])
  })

  it('say what could not be read, and read it again', async () => {
    const { connection } = host()
    let failing = true
    const query = (...asked: unknown[]) => (failing ? Promise.reject(new ViewError('no disk', { code: 'x', remedy: 'mend' })) : (connection.query as (...given: unknown[]) => unknown)(...asked))
    const model = new ExecutionModel({ ...connection, query } as typeof connection, () => undefined)
    await model.open(place)
    assert.equal(model.error?.message, 'no disk')
    failing = false
    await model.retry()
    assert.deepEqual([model.error, model.cards?.length], [undefined, 2])
  })
})

describe('words of executions', () => {
  it('say how many tests pass, what failed, and what a second execution changed', () => {
    assert.equal(passText(cardOf(1, 1, 1)), '1 of 1 test passes')
    assert.equal(passText(cardOf(1, 3, 8)), '3 of 8 tests pass')
    assert.equal(passText(cardOf(1, 0, 8, 'lost')), 'Not executed: the machine failed')
    assert.equal(failureText({ byVerdict: { pass: 3, timeout: 1, wrongValue: 4, notJudged: 2 } as unknown as ExecutionCard['byVerdict'] }), '4 wrong value, 2 not judged, 1 timeout')
    assert.equal(againText({ card: cardOf(1, 8, 8), changedCount: 1 }), 'Run again: 8 of 8 tests pass; 1 verdict is another than recorded.')
    assert.equal(againText({ card: cardOf(1, 8, 8), changedCount: 0 }), 'Run again: 8 of 8 tests pass, every verdict as recorded.')
  })

  it('have no words of their own for what they do not know', () => {
    assert.equal(testVerdictWord('constructor' as TestVerdict), 'constructor')
    assert.equal(signalWord('\u202eevil'.repeat(100)).includes('\u202e'), false)
    assert.equal(testVerdictWord(null), 'not judged')
  })
})
