import assert from 'node:assert/strict'
import { retry } from '../src/retry.js'

describe('retry', () => {
  it('gives what the first success gives', async () => {
    const attempts = []
    const value = await retry((attempt) => {
      attempts.push(attempt)
      if (attempt < 3) throw new Error('not yet')
      return 'done'
    }, 5)
    assert.equal(value, 'done')
    assert.deepEqual(attempts, [1, 2, 3])
  })

  it('throws what the last failure threw', async () => {
    let calls = 0
    await assert.rejects(retry(async () => { throw new TypeError(`failure ${++calls}`) }, 2), { name: 'TypeError', message: 'failure 2' })
    assert.equal(calls, 2)
  })
})
