import assert from 'node:assert/strict'
import { KEPT_CHARACTERS, readKept, toKeep } from './keptCompletions.ts'

const completion = (index: number, text: string) => ({ index, text, done: true, stopReason: 'endOfText', tokens: 3, meanLogprob: -0.5 })

describe('completions of the playground', () => {
  it('come back with the page at their numbers, also those that were being written', () => {
    const shown = [completion(0, 'a'), undefined, { index: 2, text: 'half', done: false }]
    assert.deepEqual(readKept(JSON.parse(JSON.stringify(toKeep(shown)))), shown)
  })

  it('are kept as far as they fit, none of them cut', () => {
    const long = completion(1, 'x'.repeat(KEPT_CHARACTERS - 1))
    assert.deepEqual(toKeep([completion(0, 'a'), long, completion(2, 'b')]), [completion(0, 'a'), long])
  })

  it('are left out where they cannot be understood', () => {
    for (const kept of [undefined, null, 3, {}, 'x']) assert.deepEqual(readKept(kept), [])
    const strange = [null, 'x', { index: '0', text: 'a', done: true }, { index: 0, text: 1, done: true }, { ...completion(0, 'a'), meanLogprob: 'x' }, { ...completion(0, 'a'), tokens: 'x' }, { ...completion(0, 'a'), stopReason: 3 }, completion(-1, 'a'), completion(0.5, 'a'), completion(1e9, 'a')]
    assert.deepEqual(readKept([...strange, completion(1, 'b')]), [undefined, completion(1, 'b')])
  })
})
