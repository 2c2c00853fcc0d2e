import assert from 'node:assert/strict'
import { drawInSplit, problemId, splitOf } from './split.ts'

describe('splitOf', () => {
  it('holds out one part of eight, keeps one for tuning, and depends on environment and key alone', () => {
    const counts = { train: 0, tuning: 0, heldOut: 0 }
    for (let i = 0; i < 16_000; i++) counts[splitOf('e', `key ${i}`)]++
    for (const split of ['tuning', 'heldOut'] as const) assert.ok(Math.abs(counts[split] - 2000) < 180, `${split}: ${counts[split]}`)
    assert.equal(splitOf('e', 'key 1'), splitOf('e', 'key 1'))
  })

  it('never moves: a change here would let models be tested on what they were trained on', () => {
    assert.deepEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((key) => splitOf('pinned', key)), ['train', 'train', 'train', 'train', 'train', 'tuning', 'heldOut', 'heldOut', 'train', 'train'])
  })
})

describe('problemId', () => {
  it('follows environment and content', () => {
    assert.equal(problemId('e', 'x'), problemId('e', 'x'))
    assert.equal(new Set([problemId('e', 'x'), problemId('e', 'y'), problemId('f', 'x'), problemId('ex', '')]).size, 4)
    assert.match(problemId('e', 'x'), /^[0-9a-f]{16}$/)
  })
})

describe('drawInSplit', () => {
  it('skips what is no problem, lies elsewhere or is not accepted', () => {
    let i = 0
    const found = drawInSplit('e', 'heldOut', () => (++i % 2 === 0 ? { key: `key ${i}`, i } : null), (candidate) => candidate.i > 50)
    assert.ok(found.i > 50 && found.i % 2 === 0 && splitOf('e', found.key) === 'heldOut')
  })

  it('gives up with an error that names the remedy', () => {
    assert.throws(() => drawInSplit('e', 'train', () => null), { code: 'environment/no-problem', remedy: 'The options leave too few problems: widen their ranges.' })
  })
})
