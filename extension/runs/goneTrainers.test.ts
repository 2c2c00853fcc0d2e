import assert from 'node:assert/strict'
import { live } from './runs.fixture.ts'
import { createGoneTrainerWatch } from './goneTrainers.ts'

describe('a trainer that has gone', () => {
  it('is told once for each time that it goes, so that the list is read again', () => {
    const hasGone = createGoneTrainerWatch()
    const looks = (['attached', 'attaching', 'lost', 'lost', 'attached', 'ended', 'ended'] as const).map((connection) => hasGone([live({ connection })]))
    assert.deepEqual(looks, [false, false, true, false, false, true, false])
  })

  it('is told beside others that went before', () => {
    const hasGone = createGoneTrainerWatch()
    const other = (connection: 'attached' | 'lost') => live({ directory: '/w/.rollout-lab/runs/other', connection })
    assert.deepEqual([hasGone([live({ connection: 'lost' }), other('attached')]), hasGone([live({ connection: 'lost' }), other('lost')]), hasGone([])], [true, true, false])
  })
})
