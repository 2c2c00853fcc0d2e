import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../errors.ts'
import { sqlText, withDuckDb } from '../stores/duckDb.ts'
import { readRows } from './rowsFile.ts'

const STEPS = [{ prompt: 'p', completions: ['a ', 'b'], labels: [true, false] }, { prompt: 'q', completions: ['é🙂'], labels: [true] }]

describe('rows of a file', () => {
  let folder = ''
  before(() => { folder = mkdtempSync(join(tmpdir(), 'rows-file-')) })
  after(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const refusal = async (text: string, kind: 'steps' | 'preferences' | 'critiques' = 'steps'): Promise<string> => {
    const error = await readRows(write('odd.jsonl', text), kind).then(() => undefined, (reason: unknown) => reason)
    assert.ok(LabError.is(error), String(error))
    return `${error.code} ${error.message} | ${error.place}`.replaceAll(folder, '')
  }

  it('are read from JSON Lines with their lines and the hash of the file', async () => {
    const file = write('steps.jsonl', `${lines(STEPS.slice(0, 1))}\n\r\n${lines(STEPS.slice(1))}`)
    const { rows, sha256, kind } = await readRows(file, 'steps')
    assert.deepEqual(rows, [{ place: 1, row: STEPS[0] }, { place: 4, row: STEPS[1] }])
    assert.deepEqual([kind, sha256], ['steps', createHash('sha256').update(readFileSync(file)).digest('hex')])
  })

  it('are read from Parquet, what is null left out', async () => {
    const rows = [{ prompt: 'p', chosen: 'a', rejected: 'b', rationale: 'since' }, { prompt: 'q', chosen: 'é🙂', rejected: '', rationale: null }]
    const [source, file] = [write('pairs.jsonl', lines(rows)), join(folder, 'pairs.parquet')]
    await withDuckDb({ files: [source, file], memoryMegabytes: 200, deadlineSeconds: 20 }, (db) =>
      db.run(`COPY (SELECT * FROM read_json(${sqlText(source)})) TO ${sqlText(file)} (FORMAT parquet)`))
    const { rationale: _, ...bare } = rows[1]!
    assert.deepEqual((await readRows(file, 'preferences')).rows, [{ place: 1, row: rows[0] }, { place: 2, row: bare }])
    const [stepSource, stepFile] = [write('steps.jsonl', lines(STEPS)), join(folder, 'steps.parquet')]
    await withDuckDb({ files: [stepSource, stepFile], memoryMegabytes: 200, deadlineSeconds: 20 }, (db) =>
      db.run(`COPY (SELECT * FROM read_json(${sqlText(stepSource)})) TO ${sqlText(stepFile)} (FORMAT parquet)`))
    assert.deepEqual((await readRows(stepFile, 'steps')).rows.map(({ row }) => row), STEPS)
  })

  it('take more fields than they need', async () => {
    const { rows } = await readRows(write('more.jsonl', lines([{ ...STEPS[0], sources: ['human'] }])), 'steps')
    assert.deepEqual(rows[0]!.row, STEPS[0])
  })

  it('are refused with every fault, its line and its field', async () => {
    assert.equal(await refusal(lines([STEPS[0], { prompt: 1, completions: ['a'], labels: [true] }])),
      'dataset/bad-row 1 of the rows are no steps: /odd.jsonl:2: "prompt" invalid input: expected string, received number | /odd.jsonl:2')
    assert.match(await refusal(lines([{ prompt: 'p', completions: ['a', 'b'], labels: [true] }])), /odd\.jsonl:1: "labels" must have one entry per completion/)
    assert.match(await refusal(`${lines(STEPS)}{"prompt": \n[]\n`), /2 of the rows are no steps: .*odd\.jsonl:3: is not JSON .*odd\.jsonl:4: the row invalid input: expected object/)
    assert.match(await refusal(lines(STEPS), 'preferences'), /odd\.jsonl:1: "chosen" .*odd\.jsonl:2: "chosen"/)
    assert.match(await refusal(lines([{ prompt: 'p', response: 'r', critique: '' }]), 'critiques'), /"critique" too small/)
    const tool = [{ from: 3, to: 5 }, { from: 4, to: 6 }]
    assert.match(await refusal(lines([{ prompt: 'p', chosen: 'a', rejected: 'b', rejectedTool: tool }]), 'preferences'), /"rejectedTool" must be ranges in order/)
    assert.match(await refusal(lines(Array.from({ length: 9 }, () => ({})))), /9 of the rows .*; and 4 more/)
  })

  it('are refused where there are none, no file or no text', async () => {
    assert.match(await refusal('\n\n'), /^dataset\/empty/)
    await assert.rejects(readRows(join(folder, 'nowhere.jsonl'), 'steps'), { code: 'dataset/unreadable' })
    await assert.rejects(readRows(folder, 'steps'), { code: 'dataset/unreadable' })
    writeFileSync(join(folder, 'latin.jsonl'), Buffer.from([0x7b, 0xe9, 0x7d, 0x0a]))
    await assert.rejects(readRows(join(folder, 'latin.jsonl'), 'steps'), { code: 'dataset/not-utf8' })
  })
})
