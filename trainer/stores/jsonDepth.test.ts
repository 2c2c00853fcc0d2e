import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { LabError } from '../errors.ts'
import { temporaryFolder } from './fixtures.ts'
import { isTooDeep } from './jsonDepth.ts'
import { readJsonFile } from './jsonFile.ts'
import { readJsonLines } from './jsonLinesReader.ts'

const nested = (levels: number, open: string, close: string): string => `${open.repeat(levels)}1${close.repeat(levels)}`

describe('JSON that is nested deep', () => {
  it('is told at the first level too many, of lists and of objects', () => {
    for (const [open, close] of [['[', ']'], ['{"a":', '}'], ['[{"a":', '}]']] as const) {
      const levels = 200 / (open.match(/[[{]/g) ?? []).length
      assert.ok(!isTooDeep(JSON.parse(nested(levels, open, close))), open)
      assert.ok(isTooDeep(JSON.parse(nested(levels + 1, open, close))), open)
      assert.ok(isTooDeep(JSON.parse(nested(200_000, open, close))), open)
    }
    for (const flat of [null, 1, 'x', [], {}, [null, [1], { a: null }]]) assert.ok(!isTooDeep(flat))
  })

  it('is a damaged record, whose file is named', () => {
    const place = path.join(temporaryFolder(), 'run.json')
    fs.writeFileSync(place, `{"options":${nested(5000, '[', ']')}}`)
    assert.throws(() => readJsonFile(place, z.object({ options: z.json() })), (error) => LabError.is(error, 'damaged-record') && error.message === `${place} cannot be read: nested more than 200 levels deep`)
  })

  it('is a damaged line among others', () => {
    const place = path.join(temporaryFolder(), 'lines.jsonl')
    fs.writeFileSync(place, `{"a":1}\n{"a":${nested(5000, '[', ']')}}\n{"a":2}\n`)
    assert.deepEqual([...readJsonLines(place)].map(({ line, value, problem }) => [line, value ?? problem]), [[1, { a: 1 }], [2, 'nested more than 200 levels deep'], [3, { a: 2 }]])
  })
})
