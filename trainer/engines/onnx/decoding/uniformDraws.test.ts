import assert from 'node:assert/strict'
import { drawKey, uniformDraw } from './uniformDraws.ts'
import { randomStream } from '../../../random/random.ts'

describe('uniform draws of a completion', () => {
  it('are those of the stream named by the seed, cut to 24 bits, in any order', () => {
    const stream = randomStream('sample', 41)
    const expected = Array.from({ length: 50 }, () => Math.floor(stream.next() * 2 ** 24) / 2 ** 24)
    const key = drawKey(41)
    const backwards = expected.map((_, i) => uniformDraw(key, expected.length - 1 - i)).reverse()
    assert.deepEqual(backwards, expected)
  })

  it('are float32 numbers in [0, 1 − 2⁻²⁴], spread evenly', () => {
    const counts = new Array<number>(10).fill(0)
    for (let seed = 0; seed < 200; seed++) {
      for (let t = 0; t < 50; t++) {
        const u = uniformDraw(drawKey(seed), t)
        assert.ok(u >= 0 && u <= 1 - 2 ** -24 && Math.fround(u) === u)
        counts[Math.floor(u * 10)]!++
      }
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    assert.ok(chiSquare < 27.88, `χ²(9) = ${chiSquare}, the 0.999 quantile is 27.88`)
  })
})
