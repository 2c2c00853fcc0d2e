import assert from 'node:assert/strict'
import { movedBrush } from './brushKeys.ts'

describe('a range on a histogram by keys', () => {
  const all = [0, 39] as const

  it('moves the end that has the focus, by a bin, by five, or as far as it goes', () => {
    assert.deepEqual(['ArrowRight', 'ArrowUp', 'PageUp'].map((key) => movedBrush(all, 0, key, 40)), [[1, 39], [1, 39], [5, 39]])
    assert.deepEqual(['ArrowLeft', 'ArrowDown', 'PageDown'].map((key) => movedBrush(all, 1, key, 40)), [[0, 38], [0, 38], [0, 34]])
    assert.deepEqual([movedBrush([7, 9], 0, 'Home', 40), movedBrush([7, 9], 1, 'End', 40)], [[0, 9], [7, 39]])
  })

  it('keeps its ends in order and within the histogram', () => {
    assert.deepEqual([movedBrush(all, 0, 'ArrowLeft', 40), movedBrush(all, 1, 'ArrowRight', 40)], [all, all])
    assert.deepEqual([movedBrush([7, 9], 0, 'End', 40), movedBrush([7, 9], 1, 'Home', 40), movedBrush([7, 9], 0, 'PageUp', 40)], [[9, 9], [7, 7], [9, 9]])
  })

  it('leaves other keys alone', () => {
    for (const key of ['Enter', 'j', 'Tab', 'constructor']) assert.equal(movedBrush(all, 0, key, 40), undefined, key)
  })
})
