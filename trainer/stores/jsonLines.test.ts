import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { LabError } from '../errors.ts'
import { failingOps } from './faults.ts'
import { diskFileOps } from './fileOps.ts'
import { temporaryFolder } from './fixtures.ts'
import { jsonLine, JsonLinesWriter, recoverJsonLines } from './jsonLines.ts'
import { MAX_LINE_BYTES, readJsonLines } from './jsonLinesReader.ts'
import type { RecoveryNote } from './recovery.ts'

function fileWith(content: string | Buffer): string {
  const place = path.join(temporaryFolder(), 'lines.jsonl')
  fs.writeFileSync(place, content)
  return place
}

function recover(place: string): { values: unknown[]; notes: RecoveryNote[] } {
  const notes: RecoveryNote[] = []
  return { values: recoverJsonLines(place, diskFileOps, (note) => notes.push(note)).values, notes }
}

describe('JSON lines', () => {
  it('recovers from a file cut off at any byte: whole lines stay, the torn one goes, appending goes on', () => {
    const whole = Buffer.concat([{ n: 1, t: 'é😀' }, { n: 2 }, { n: 3, t: '\n"' }].map(jsonLine))
    for (let length = 0; length <= whole.length; length++) {
      const place = fileWith(whole.subarray(0, length))
      const { values } = recover(place)
      const writer = new JsonLinesWriter(place, diskFileOps)
      writer.append({ n: 'next' })
      writer.close()
      const lines = fs.readFileSync(place, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { n: unknown })
      const expected = [1, 2, 3].filter((_, i) => jsonLength(whole, i) <= length)
      assert.deepEqual(values.map((value) => (value as { n: unknown }).n), expected)
      assert.deepEqual(lines.map((line) => line.n), [...expected, 'next'])
    }
  })

  it('names damaged lines in the middle, leaves them and goes on', () => {
    const content = Buffer.concat([Buffer.from('{"n":1}\n{"n":\n'), Buffer.from([0xff, 0x0a]), Buffer.from('7\n{"n":2}\n')])
    const place = fileWith(content)
    const { values, notes } = recover(place)
    assert.deepEqual(values, [{ n: 1 }, { n: 2 }])
    assert.deepEqual(notes.map((note) => note.detail), [`${place}:2: not valid JSON; left out`, `${place}:3: not valid UTF-8; left out`, `${place}:4: not a record; left out`])
    assert.deepEqual(fs.readFileSync(place), content)
  })

  it('cuts off a damaged last line and says how much', () => {
    const place = fileWith(Buffer.concat([Buffer.from('{"n":1}\n'), Buffer.alloc(100)]))
    const { notes } = recover(place)
    assert.deepEqual(notes.map((note) => note.detail), [`${place}:2: not valid JSON; 100 bytes cut off`])
    assert.equal(fs.readFileSync(place, 'utf8'), '{"n":1}\n')
  })

  it('does not read an endless line into memory', () => {
    const place = fileWith(Buffer.concat([Buffer.alloc(MAX_LINE_BYTES + 1, 0x61), Buffer.from('\n{"n":1}\n')]))
    const lines = [...readJsonLines(place)]
    assert.deepEqual(lines.map((line) => line.problem ?? line.value), [`longer than ${MAX_LINE_BYTES} bytes`, { n: 1 }])
    const writer = new JsonLinesWriter(path.join(temporaryFolder(), 'a.jsonl'), diskFileOps)
    assert.throws(() => writer.append({ text: 'a'.repeat(MAX_LINE_BYTES) }), (error) => LabError.is(error, 'record-too-large'))
    writer.close()
  })

  it('takes half a line back when the disk is full, and goes on once there is space', () => {
    let full = false
    const place = path.join(temporaryFolder(), 'full.jsonl')
    const writer = new JsonLinesWriter(place, failingOps('write', 'ENOSPC', () => full))
    writer.append({ n: 1 })
    full = true
    assert.throws(() => writer.append({ n: 2 }), (error) => LabError.is(error, 'disk-full') && error.remedy.includes('resume'))
    full = false
    writer.append({ n: 3 })
    writer.close()
    assert.equal(fs.readFileSync(place, 'utf8'), '{"n":1}\n{"n":3}\n')
  })

  it('writes strings that any JSON reader takes, of the same length', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), (text, units) => {
      const read = JSON.parse(jsonLine({ text, units }).toString()) as { text: string; units: string }
      assert.equal(read.text, text)
      assert.equal(read.units.length, units.length)
      assert.equal(read.units, Buffer.from(units, 'utf16le').swap16().swap16().toString('utf16le').replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD'))
      assert.ok(!/\\ud[89a-f]/.test(jsonLine({ units }).toString().replaceAll('\\\\', '')))
    }))
  })

  it('writes strings as UTF-8 holds them, of as many code points', () => {
    const texts = fc.array(fc.constantFrom('a', 'ש', 'م', '👍🏽', '👨‍👩‍👧', 'e\u0301', '\ud83d', '\udc4d', '\n', '𝔘'), { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(fc.property(texts, (text) => {
      const back = (JSON.parse(jsonLine({ text }).toString()) as { text: string }).text
      assert.equal(Buffer.from(back, 'utf8').toString('utf8'), back)
      assert.equal([...back].length, [...text].length)
      assert.equal(back, Buffer.from(text, 'utf8').toString('utf8'))
    }))
  })

  it('refuses numbers that are not finite wherever they are', () => {
    const writer = new JsonLinesWriter(path.join(temporaryFolder(), 'a.jsonl'), diskFileOps)
    for (const [record, field] of [[{ a: NaN }, '.a'], [{ a: [1, { b: [2, Infinity] }] }, '.a[1].b[1]'], [{ a: { b: -Infinity } }, '.a.b']] as const) {
      assert.throws(() => writer.append(record), (error) => LabError.is(error, 'not-finite') && error.message.includes(`record${field} is not`))
    }
    writer.append({ a: [null, 'NaN', true, -0, Number.MIN_VALUE] })
    writer.close()
  })
})

/** Bytes up to the end of the n-th record, newline left out. */
function jsonLength(content: Buffer, n: number): number {
  let end = -1
  for (let i = 0; i <= n; i++) end = content.indexOf('\n', end + 1)
  return end
}
