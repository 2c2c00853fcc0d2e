import assert from 'node:assert/strict'
import { Queue } from '../src/queue.js'

describe('queue', () => {
  it('gives items by priority', () => {
    const queue = new Queue().push('later', 2).push('now', 1)
    assert.equal(queue.size, 2)
    assert.deepEqual([queue.pop(), queue.pop(), queue.pop()], ['now', 'later', undefined])
  })

  it('keeps the order of equals', () => {
    const queue = new Queue()
    for (const item of ['a', 'b', 'c']) queue.push(item, 1)
    assert.deepEqual([queue.pop(), queue.pop(), queue.pop()], ['a', 'b', 'c'])
  })
})
