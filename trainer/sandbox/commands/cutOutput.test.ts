import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { CutOutput } from './cutOutput.ts'

describe('CutOutput', () => {
  const written = async (most: number, pieces: readonly (readonly [number, string])[]): Promise<{ readonly output: CutOutput; readonly overs: number }> => {
    let overs = 0
    const output = new CutOutput(most, () => { overs++ })
    const streams = new Map([1, 2].map((descriptor) => [descriptor, new PassThrough()]))
    for (const [descriptor, stream] of streams) output.read(descriptor, stream)
    for (const [descriptor, text] of pieces) {
      streams.get(descriptor)!.write(text)
      await new Promise(setImmediate)
    }
    return { output, overs }
  }

  it('keeps descriptors apart and counts them together', async () => {
    const { output, overs } = await written(6, [[1, 'abc'], [2, 'de'], [1, 'f']])
    assert.deepEqual([output.text(1), output.text(2), output.cut, overs], ['abcf', 'de', false, 0])
  })

  it('cuts at the byte and tells that there was more', async () => {
    const { output, overs } = await written(4, [[1, 'abc'], [2, 'defg'], [1, 'h']])
    assert.deepEqual([output.text(1), output.text(2), output.cut], ['abc', 'd', true])
    assert.ok(overs > 0)
  })

  it('has no text of a descriptor that was never read', async () => {
    assert.equal((await written(1, [])).output.text(7), '')
  })
})
