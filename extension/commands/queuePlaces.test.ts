import assert from 'node:assert/strict'
import { movedPlace } from './queuePlaces.ts'

/** As trainers tell it: objects of its own for each look. */
const queue = (): readonly { readonly id: string }[] => ['a', 'b', 'c', 'd'].map((id) => ({ id }))
const moved = (id: string, by: number): number => movedPlace(queue(), id, by)

describe('a start that is moved in the queue', () => {
  it('goes one place on or back from where it stands', () => {
    assert.deepEqual([moved('b', 1), moved('c', 1), moved('c', -1), moved('d', -1)], [2, 3, 1, 2])
  })

  it('goes past neither end', () => {
    assert.deepEqual([moved('a', -1), moved('d', 1)], [0, 3])
  })
})
