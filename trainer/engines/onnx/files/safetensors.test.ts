import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { LabError } from '../../../errors.ts'
import { readFloats, toBfloat16 } from './floatFormats.ts'
import { SafetensorsFile, writeSafetensors } from './safetensors.ts'

/** A file made by hand, so that headers can lie. */
function fileBytes(header: unknown, dataBytes: number, headerLength?: bigint): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(headerLength ?? BigInt(text.length))
  return Buffer.concat([prefix, text, Buffer.alloc(dataBytes)])
}

describe('safetensors', () => {
  let folder = ''
  before(async () => { folder = await mkdtemp(join(tmpdir(), 'safetensors-')) })
  after(() => rm(folder, { recursive: true }))

  const opened = async (bytes: Buffer): Promise<unknown> => {
    const path = join(folder, 'case.safetensors')
    await writeFile(path, bytes)
    const file = await SafetensorsFile.open(path)
    await file.close()
    return file.header
  }
  const tensor = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = 'F32'): unknown => ({ dtype, shape, data_offsets: [begin, end] })

  it('reads back what it wrote, bit for bit', async () => {
    const path = join(folder, 'whole.safetensors')
    const values = Float32Array.from([1.5, -0, 1e-45, 3.4e38, Math.PI])
    await writeSafetensors(path, [{ name: 'a.weight', shape: [5], values }, { name: 'b', shape: [1, 1], values: Float32Array.of(7) }], 'F32', { step: '3' })
    const file = await SafetensorsFile.open(path)
    const target = new Float32Array(5)
    await file.read(file.header.tensors.get('a.weight')!, target)
    await file.close()
    assert.deepEqual(new Uint32Array(target.buffer), new Uint32Array(values.buffer))
    assert.equal(file.header.metadata.get('step'), '3')
    assert.deepEqual(file.header.tensors.get('b')!.shape, [1, 1])
  })

  it('reads tensors larger than its buffer', async () => {
    const path = join(folder, 'large.safetensors')
    const values = Float32Array.from({ length: 3_000_001 }, (_, i) => i % 256)
    await writeSafetensors(path, [{ name: 'a', shape: [values.length], values }], 'BF16', {})
    const file = await SafetensorsFile.open(path)
    const target = new Float32Array(values.length)
    await file.read(file.header.tensors.get('a')!, target)
    await file.close()
    assert.ok(target.every((value, i) => value === i % 256))
  })

  it('reads float16 and bfloat16 beside float32', async () => {
    const path = join(folder, 'mixed.safetensors')
    const file = fileBytes({ half: tensor(0, 6, [3], 'F16'), brain: tensor(6, 8, [1], 'BF16'), full: tensor(8, 12) }, 12)
    const data = file.subarray(file.length - 12)
    ;[0x3c00, 0xc000, 0x0001, 0x4049].forEach((word, i) => data.writeUInt16LE(word, 2 * i))
    data.writeFloatLE(0.1, 8)
    await writeFile(path, file)
    const opened = await SafetensorsFile.open(path)
    const read = async (name: string, size: number): Promise<number[]> => {
      const target = new Float32Array(size)
      await opened.read(opened.header.tensors.get(name)!, target)
      return [...target]
    }
    assert.deepEqual([await read('half', 3), await read('brain', 1), await read('full', 1)], [[1, -2, 2 ** -24], [3.140625], [Math.fround(0.1)]])
    await opened.close()
  })

  const refused: Record<string, [Buffer, RegExp]> = {
    'a file without a header': [Buffer.alloc(5), /too few/],
    'a header longer than the file': [fileBytes({}, 0, 1000n), /1000 bytes/],
    'a header of absurd length': [fileBytes({}, 0, 2n ** 63n), /9223372036854775808 bytes/],
    'a header over the limit': [fileBytes(' '.repeat(9 * 1024 * 1024), 0), /at most/],
    'a header that is no JSON': [fileBytes('{"a"', 0), /not JSON/],
    'a header nested without end': [fileBytes(`{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, 0), /nested too deeply|list of up to|not an object|dtype/],
    'a header that is no object': [fileBytes('[]', 0), /not a JSON object/],
    'the same name twice': [fileBytes('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), /twice/],
    'a name with ..': [fileBytes({ '../a': tensor(0, 4) }, 4), /tensor "\.\.\/a"/],
    'a name within with ..': [fileBytes({ 'a..b': tensor(0, 4) }, 4), /tensor "a\.\.b"/],
    'a wrong shape': [fileBytes({ a: tensor(0, 8, [3]) }, 8), /shape \[3\] of F32 needs 12 bytes/],
    'a shape that overflows': [fileBytes({ a: tensor(0, 8, [2 ** 40, 2 ** 40]) }, 8), /needs/],
    'a negative size': [fileBytes({ a: tensor(0, 4, [-1]) }, 4), /list of up to/],
    'an unknown dtype': [fileBytes({ a: tensor(0, 4, [4], 'F8_E4M3') }, 4), /F8_E4M3/],
    'offsets outside the file': [fileBytes({ a: tensor(0, 4e9) }, 8), /4000000000/],
    'offsets that are no numbers': [fileBytes({ a: { dtype: 'F32', shape: [1], data_offsets: [0, '4'] } }, 4), /two byte offsets/],
    'overlapping tensors': [fileBytes({ a: tensor(0, 8), b: tensor(4, 12) }, 12), /tensor "b": starts at byte 4/],
    'a hole between tensors': [fileBytes({ a: tensor(0, 4), b: tensor(8, 12) }, 12), /bytes 4 to 8/],
    'data after the last tensor': [fileBytes({ a: tensor(0, 4) }, 12), /8 bytes after the last/]
  }
  for (const [what, [bytes, pattern]] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(opened(bytes), (error) => LabError.is(error, 'model/broken-safetensors') && /case\.safetensors/.test(error.message) && pattern.test(error.message))
    })
  }

  it('refuses what is not a regular file', async () => {
    await assert.rejects(SafetensorsFile.open(folder), (error) => LabError.is(error, 'model/broken-safetensors'))
  })
})

describe('float formats', () => {
  const asFloat = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0]!
  const half = (bits: number): number => {
    const target = new Float32Array(1)
    readFloats('F16', new Uint8Array(Uint16Array.of(bits).buffer), target)
    return target[0]!
  }

  it('reads float16 at its corners', () => {
    const corners: [number, number][] = [
      [0x3c00, 1], [0xc000, -2], [0x7bff, 65504], [0x0400, 2 ** -14], [0x0001, 2 ** -24], [0x03ff, 1023 * 2 ** -24], [0x7c00, Infinity], [0xfc00, -Infinity], [0x3555, 0.333251953125]
    ]
    for (const [bits, value] of corners) assert.equal(half(bits), value)
    assert.ok(Number.isNaN(half(0x7e00)))
    assert.ok(Object.is(half(0x8000), -0))
  })

  it('rounds to the nearest bfloat16, ties to even', () => {
    const cases: [number, number][] = [
      [0x3f800000, 0x3f80], [0x3f808000, 0x3f80], [0x3f808001, 0x3f81], [0x3f818000, 0x3f82], [0x3f817fff, 0x3f81], [0xbf818000, 0xbf82],
      [0x7f7fffff, 0x7f80], [0x7f800000, 0x7f80], [0x00000001, 0x0000]
    ]
    for (const [bits, rounded] of cases) assert.equal(toBfloat16(Float32Array.of(asFloat(bits)))[0], rounded, bits.toString(16))
    assert.ok((toBfloat16(Float32Array.of(NaN))[0]! & 0x7fff) > 0x7f80)
  })

  it('finds no nearer bfloat16 than the one it rounds to', () => {
    fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e38), max: Math.fround(1e38) }), (value) => {
      const [rounded] = toBfloat16(Float32Array.of(value))
      const distance = (bits: number): number => Math.abs(asFloat((bits << 16) >>> 0) - value)
      return distance(rounded!) <= distance(rounded! + 1) && ((rounded! & 0x7fff) === 0 || distance(rounded!) <= distance(rounded! - 1))
    }))
  })

  it('reads every bfloat16 as the float32 that begins with its bits', () => {
    const source = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const target = new Float32Array(65536)
    readFloats('BF16', new Uint8Array(source.buffer), target)
    const bits = new Uint32Array(target.buffer)
    assert.ok(bits.every((word, i) => word === i * 65536))
  })
})
