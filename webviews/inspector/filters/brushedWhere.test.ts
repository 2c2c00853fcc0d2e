import assert from 'node:assert/strict'
import { brushOf, readWhere, withBrush, writeWhere } from './brushedWhere.ts'
import { chipsOf } from './filterChips.ts'

const advantage = { column: 'advantage', from: -0.5, to: 1 } as const

describe('a range drawn on the histogram', () => {
  it('is a condition of its own for what has a field', () => {
    assert.deepEqual(withBrush({ where: 'kept' }, { column: 'reward', from: 0, to: 1 }), { where: 'kept', reward: { from: 0, to: 1 } })
    assert.deepEqual(withBrush({}, { column: 'completionTokens', from: 3, to: 9 }), { tokens: { from: 3, to: 9 } })
    assert.deepEqual(withBrush({}, { column: 'step', from: -0.5, to: 9.5 }), { steps: { from: 0, to: 9 } })
  })

  it('ends below the edge at which the next bin begins; the last bin has its edge', () => {
    const edges = [0, 0.5, 1]
    assert.deepEqual(brushOf('reward', edges, [0, 0]), { column: 'reward', from: 0, to: 0.49999999999999994 })
    assert.deepEqual(brushOf('reward', edges, [0, 1]), { column: 'reward', from: 0, to: 1 })
    assert.equal(brushOf('advantage', [-1, 0, 1], [0, 0])?.to, -Number.MIN_VALUE)
    assert.equal(brushOf('advantage', [-3, -2, -1], [0, 0])?.to, -2.0000000000000004)
    assert.deepEqual(withBrush({}, brushOf('step', [0, 5, 10], [0, 0])!), { steps: { from: 0, to: 4 } })
    assert.deepEqual(withBrush({}, brushOf('completionTokens', [2.5, 5.5, 8.5], [0, 0])!), { tokens: { from: 3, to: 5 } })
  })

  it('is shown by the edges of its bins', () => {
    assert.deepEqual(chipsOf(withBrush({}, brushOf('reward', [0, 0.3, 0.6], [0, 0])!)).map(({ label }) => label), ['reward 0 to 0.3'])
    assert.deepEqual(chipsOf(withBrush({}, brushOf('advantage', [-1, 0, 1], [0, 0])!)).map(({ label }) => label), ['advantage -1 to 0'])
  })

  it('stands beside the condition that was typed, which means what it meant', () => {
    const { where } = withBrush({ where: 'reward < 0.5 OR kept' }, advantage)
    assert.equal(where, '(reward < 0.5 OR kept) AND advantage BETWEEN -0.5 AND 1')
  })

  it('takes the place of another range of the same number, however often it is drawn', () => {
    let filter = withBrush({ where: "problemId = ')'" }, advantage)
    filter = withBrush(filter, { column: 'meanEntropy', from: 1e-7, to: 2 })
    filter = withBrush(filter, { ...advantage, from: 0 })
    assert.equal(filter.where, "(problemId = ')') AND meanEntropy BETWEEN 1e-7 AND 2 AND advantage BETWEEN 0 AND 1")
    assert.equal(withBrush(withBrush({}, advantage), { ...advantage, to: 2 }).where, 'advantage BETWEEN -0.5 AND 2')
  })

  it('is not swallowed by a comment that was typed', () => {
    const { where } = withBrush({ where: 'kept -- those' }, advantage)
    assert.equal(where, '(kept -- those\n) AND advantage BETWEEN -0.5 AND 1')
    assert.equal(readWhere(where).typed, 'kept -- those')
  })

  it('has a chip of its own beside that of what was typed', () => {
    const filter = withBrush({ where: 'kept' }, advantage)
    const chips = chipsOf(filter)
    assert.deepEqual(chips.map(({ label }) => label), ['where kept', 'advantage -0.5 to 1'])
    assert.deepEqual(chips.map(({ without }) => without), [{ where: 'advantage BETWEEN -0.5 AND 1' }, { where: 'kept' }])
  })
})

describe('an SQL condition', () => {
  it('is taken apart only where it was put together here', () => {
    for (const where of ['a OR kept AND advantage BETWEEN 0 AND 1', '(a) OR (b) AND advantage BETWEEN 0 AND 1', '(a AND advantage BETWEEN 0 AND 1', '(a) AND advantage BETWEEN 0 AND 1)', 'advantage BETWEEN 0 AND reward', 'advantage BETWEEN 0 AND 1 OR kept']) {
      assert.deepEqual(readWhere(where), { typed: where, ranges: [] })
    }
    assert.deepEqual(readWhere(undefined), { typed: '', ranges: [] })
  })

  it('is put together as it was taken apart', () => {
    for (const parts of [{ typed: '', ranges: [{ ...advantage, to: 0.9999999999999999 }, { column: 'meanEntropy' as const, from: -Number.MIN_VALUE, to: 0.1 + 0.2 }] }, { typed: '', ranges: [] }, { typed: '(a) OR (b)', ranges: [advantage] }, { typed: '', ranges: [advantage] }, { typed: 'a', ranges: [] }]) assert.deepEqual(readWhere(writeWhere(parts)), parts)
  })
})
