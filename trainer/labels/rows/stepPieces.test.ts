import assert from 'node:assert/strict'
import fc from 'fast-check'
import { trace } from './rows.fixture.ts'
import { stepPieces } from './stepPieces.ts'

describe('stepPieces', () => {
  it('join to the text as it was, each ending with its step', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }), (steps) => {
      const segment = trace('r', steps).segments[0]!
      const pieces = stepPieces(segment)!
      assert.ok(segment.text.startsWith(pieces.join('')))
      assert.equal(segment.text.slice(pieces.join('').length), ' answer 4')
      pieces.forEach((piece, i) => assert.ok(piece.endsWith(steps[i]!)))
    }))
  })

  it('does not cut where steps are empty, overlap or end outside of the text', () => {
    const text = 'abc'
    const cut = (...places: readonly [number, number][]) => stepPieces({ text, samplePrompt: { text: '' }, spans: places.map(([from, to]) => ({ kind: 'step', from, to })) })
    assert.deepEqual(cut([0, 1], [1, 3]), ['a', 'bc'])
    assert.deepEqual(cut(), [])
    for (const places of [[[1, 1]], [[0, 2], [1, 3]], [[2, 3], [0, 1]], [[0, 4]]] as [number, number][][]) assert.equal(cut(...places), undefined)
  })
})
