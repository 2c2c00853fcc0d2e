import assert from 'node:assert/strict'
import { movedPlace, queueItems } from './queuePlaces.ts'

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

describe('what waits, to choose from', () => {
  it('has a place, and shows hostile names plainly', () => {
    const [first, second] = [{ label: 'maze, seed 2' }, { label: '\u202e$(bug) a\u200bb' }]
    assert.deepEqual(queueItems([first, second]), [{ label: 'maze, seed 2', description: 'place 1', start: first }, { label: '$ (bug) ab', description: 'place 2', start: second }])
  })
})
