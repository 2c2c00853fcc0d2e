import assert from 'node:assert/strict'
import fc from 'fast-check'
import { frame, FrameReader } from './frameReader.ts'

const heardOf = (pieces: readonly Buffer[], most = 1000): { readonly heard: string[]; readonly refused: number } => {
  const heard: string[] = []
  let refused = 0
  const reader = new FrameReader(most, (payload) => heard.push(payload), () => { refused++ })
  for (const piece of pieces) reader.take(piece)
  return { heard, refused }
}

describe('FrameReader', () => {
  it('gives the same payloads however the bytes come in pieces', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 6 }), fc.array(fc.nat(60), { maxLength: 20 }), (payloads, cuts) => {
      const whole = Buffer.concat(payloads.map(frame))
      const places = [...new Set(cuts.map((cut) => Math.min(cut, whole.length)))].sort((a, b) => a - b)
      const pieces = [0, ...places].map((from, i) => whole.subarray(from, places[i] ?? whole.length))
      assert.deepEqual(heardOf(pieces), { heard: payloads, refused: 0 })
    }))
  })

  it('waits for what is not there yet', () => {
    assert.deepEqual(heardOf([frame('payload').subarray(0, 8)]).heard, [])
  })

  it('refuses one that is too long before it has come, and reads no further', () => {
    const long = frame('x'.repeat(2000))
    assert.deepEqual(heardOf([long.subarray(0, 10)]), { heard: [], refused: 1 })
  })
})
