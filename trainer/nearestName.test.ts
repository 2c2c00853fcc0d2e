import assert from 'node:assert/strict'
import fc from 'fast-check'
import { editDistance, nearestName, suggestion } from './nearestName.ts'

describe('nearest valid name', () => {
  it('counts inserts, deletes, replacements and swaps', () => {
    const distances = [['', ''], ['', 'abc'], ['kitten', 'sitting'], ['grpo', 'gpro'], ['steps', 'stepz'], ['abc', 'abc']].map(([a, b]) => editDistance(a!, b!))
    assert.deepEqual(distances, [0, 3, 3, 1, 1, 0])
  })

  it('is a symmetric distance', () => {
    fc.assert(fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      assert.equal(editDistance(a, b), editDistance(b, a))
      assert.equal(editDistance(a, b) === 0, a === b)
      assert.ok(editDistance(a, b) <= Math.max(a.length, b.length))
    }))
  })

  it('finds what was meant and nothing where no name is near', () => {
    const names = ['steps', 'seed', 'groupSize', 'problemsPerStep', 'topK', 'topP']
    assert.equal(nearestName('step', names), 'steps')
    assert.equal(nearestName('group_size', names), 'groupSize')
    assert.equal(nearestName('Topk', names), 'topK')
    assert.equal(nearestName('learningRate', names), undefined)
    assert.equal(nearestName('x'.repeat(100_000), names), undefined)
    assert.equal(nearestName('anything', []), undefined)
  })

  it('lists the names where none is near', () => {
    assert.equal(suggestion('zzz', ['a1', 'b2']), 'allowed: a1, b2')
    assert.equal(suggestion('zzz', []), 'nothing is allowed here')
  })
})
