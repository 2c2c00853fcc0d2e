import assert from 'node:assert/strict'
import { freshTrial } from '../views/freshTrial.ts'

describe('fresh installation', function () {
  this.timeout(300_000)

  it('shows the text of a rollout that is being sampled, from the palette alone', async () => {
    const { leaving, errors } = await freshTrial()
    assert.deepEqual([leaving, errors], [[], []])
  })
})
