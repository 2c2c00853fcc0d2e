import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LineReader } from './lineReader.ts'

describe('lines out of chunks', () => {
  it('gives the same lines however the bytes come', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '))), fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (lines, sizes) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      const got: string[] = []
      const reader = new LineReader(1e6, (line) => got.push(line), () => assert.fail('too long'))
      for (let from = 0, i = 0; from < bytes.length; i++) {
        const size = sizes[i % sizes.length]!
        reader.take(bytes.subarray(from, from + size))
        from += size
      }
      assert.deepEqual(got, lines)
    }))
  })

  it('tells a line that is longer than may be', () => {
    let told = 0
    const reader = new LineReader(10, () => undefined, () => { told++ })
    reader.take(Buffer.from('12345\n123456'))
    assert.equal(told, 0)
    reader.take(Buffer.from('123456'))
    assert.equal(told, 1)
  })
})
