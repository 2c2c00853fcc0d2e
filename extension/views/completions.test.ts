import assert from 'node:assert/strict'
import { gatherCompletions } from './completions.ts'

describe('completions as they are written', () => {
  it('become whole texts, told of once each however many lines came', () => {
    const told: unknown[] = []
    const { take, flush } = gatherCompletions((completion) => told.push(completion))
    for (const added of ['a', 'b', 'c']) take({ index: 0, added })
    take({ index: 1, added: 'x' })
    flush()
    assert.deepEqual(told, [{ index: 0, text: 'abc', done: false }, { index: 1, text: 'x', done: false }])
    flush()
    assert.equal(told.length, 2)
  })

  it('end with the reason, the tokens and their mean log-probability', () => {
    const told: unknown[] = []
    const { take, flush } = gatherCompletions((completion) => told.push(completion))
    take({ index: 0, added: 'ab' })
    take({ index: 0, text: 'abc', stopReason: 'length', tokens: 4, logprob: -2 })
    take({ index: 1, text: '', stopReason: 'endOfText', tokens: 0, logprob: 0 })
    flush()
    assert.deepEqual(told, [{ index: 0, text: 'abc', done: true, stopReason: 'length', tokens: 4, meanLogprob: -0.5 }, { index: 1, text: '', done: true, stopReason: 'endOfText', tokens: 0 }])
  })

  it('ignore lines that are something else', () => {
    const { take, flush } = gatherCompletions(() => assert.fail())
    for (const line of [null, 3, {}, { index: 'x', text: 'a' }, { index: 0 }, { index: 0, added: 5 }]) take(line)
    flush()
  })
})
