import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { labelRecord, lineOf, writeFile } from './labels.fixture.ts'
import { LABEL_LINE_BYTES } from './labelLine.ts'
import { readLabels } from './labelReader.ts'

describe('reading labels', () => {
  let folder: string
  beforeEach(() => {
    folder = path.join(temporaryFolder(), 'labels')
  })
  const faults = (): string[] => readLabels(folder).faults.map(({ file, line, code }) => `${path.basename(file)}:${line} ${code}`)
  const ids = (): string[] => readLabels(folder).records.map(({ id }) => id)

  it('has none of a folder that is not there', () => {
    assert.deepEqual(readLabels(folder), { records: [], faults: [], files: [] })
  })

  it('unites the files of all writers by id, oldest first, whatever else lies there', () => {
    const [a, b, c] = [labelRecord(), labelRecord({ labeler: 'bob' }), labelRecord()]
    writeFile(folder, 'ada-w1.jsonl', lineOf(c) + lineOf(a))
    writeFile(folder, 'bob-w2.jsonl', lineOf(b) + lineOf(a) + lineOf(b))
    writeFile(folder, 'notes.txt', 'not ours')
    fs.mkdirSync(path.join(folder, 'export'))
    const { records, files } = readLabels(folder)
    assert.deepEqual(records, [a, b, c])
    assert.deepEqual(files.map((file) => path.basename(file)), ['ada-w1.jsonl', 'bob-w2.jsonl'])
    assert.deepEqual(faults(), [], 'the same record twice is what a merge leaves')
  })

  it('reads around the marks of a merge conflict', () => {
    const [a, b, c] = [labelRecord(), labelRecord(), labelRecord()]
    writeFile(folder, 'ada-w1.jsonl', `<<<<<<< HEAD\n${lineOf(a)}||||||| base\n=======\n${lineOf(b)}>>>>>>> theirs\n${lineOf(c)}`)
    assert.deepEqual(ids(), [a.id, b.id, c.id])
    assert.deepEqual(faults(), ['ada-w1.jsonl:1 mergeConflict', 'ada-w1.jsonl:3 mergeConflict', 'ada-w1.jsonl:4 mergeConflict', 'ada-w1.jsonl:6 mergeConflict'])
  })

  it('names the place of each line that is no label, and reads the others', () => {
    const [a, b] = [labelRecord(), labelRecord()]
    const lines = [
      lineOf(a), '{"version":1,"id":\n', '[]\n', 'null\n', '7\n', lineOf({ ...a, id: 'x', rollout: '' }), lineOf({ ...a, id: 'y', version: 2, opinion: { kind: 'thought' } }), '\n', lineOf(b)
    ]
    writeFile(folder, 'ada-w1.jsonl', lines.join(''))
    assert.deepEqual(ids(), [a.id, b.id])
    assert.deepEqual(faults().map((fault) => fault.replace('ada-w1.jsonl:', '')), ['2 notJson', '3 notALabel', '4 notALabel', '5 notALabel', '6 notALabel', '7 newerVersion'])
    assert.match(readLabels(folder).faults[4]!.message, /rollout/)
  })

  it('reads whole records that were glued to others, or stand behind a torn one', () => {
    const [a, b, c] = [labelRecord({}, { kind: 'critique', text: '{"version":1,"id":"no record"}' }), labelRecord(), labelRecord()]
    writeFile(folder, 'ada-w1.jsonl', `${lineOf(a).trim()}${lineOf(b)}${lineOf(a).slice(0, 90)}${lineOf(c)}`)
    assert.deepEqual(ids(), [a.id, b.id, c.id])
    assert.deepEqual(faults(), ['ada-w1.jsonl:1 notJson', 'ada-w1.jsonl:2 notJson'])
  })

  it('takes a last line without its end where it is whole, and names it where it is torn', () => {
    const [a, b] = [labelRecord(), labelRecord()]
    writeFile(folder, 'ada-w1.jsonl', lineOf(a) + lineOf(b).trim())
    assert.deepEqual([ids(), faults()], [[a.id, b.id], []])
    writeFile(folder, 'ada-w1.jsonl', lineOf(a) + lineOf(b).slice(0, -2))
    assert.deepEqual([ids(), faults()], [[a.id], ['ada-w1.jsonl:2 tornLine']])
  })

  it('takes what editors and other systems add: a byte order mark, CRLF, blank lines', () => {
    const [a, b] = [labelRecord(), labelRecord()]
    writeFile(folder, 'ada-w1.jsonl', `\uFEFF${lineOf(a).trim()}\r\n\r\n${lineOf(b).trim()}\r\n`)
    assert.deepEqual([ids(), faults()], [[a.id, b.id], []])
  })

  it('does not read endless lines into memory, nor what is no UTF-8', () => {
    const [a, b] = [labelRecord(), labelRecord()]
    writeFile(folder, 'ada-w1.jsonl', Buffer.concat([Buffer.from(lineOf(a)), Buffer.alloc(3 * LABEL_LINE_BYTES, 0x61), Buffer.from('\n'), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(lineOf(b))]))
    assert.deepEqual(ids(), [a.id, b.id])
    assert.deepEqual(faults(), ['ada-w1.jsonl:2 tooLong', 'ada-w1.jsonl:3 notJson'])
  })

  it('lets the older of two different records with one id count, in whatever files and order they stand', () => {
    const older = labelRecord({ id: 'same' })
    const newer = labelRecord({ id: 'same' }, { kind: 'verdict', right: false })
    const forms: [string, string][] = [[lineOf(older) + lineOf(newer), ''], [lineOf(newer) + lineOf(older), ''], [lineOf(older), lineOf(newer)], [lineOf(newer), lineOf(older)]]
    for (const [first, second] of forms) {
      writeFile(folder, 'ada-w1.jsonl', first)
      writeFile(folder, 'bob-w2.jsonl', second)
      assert.deepEqual(readLabels(folder).records, [older])
      assert.equal(faults().length, 1)
      assert.match(faults()[0]!, /duplicateId$/)
    }
  })

  it('opens no link, pipe or folder that is named like a label file', () => {
    const elsewhere = writeFile(temporaryFolder(), 'x.jsonl', lineOf(labelRecord()))
    writeFile(folder, 'ada-w1.jsonl', lineOf(labelRecord({ id: 'kept' })))
    fs.symlinkSync(elsewhere, path.join(folder, 'eve-w1.jsonl'))
    fs.mkdirSync(path.join(folder, 'eve-w2.jsonl'))
    assert.deepEqual(ids(), ['kept'])
    assert.deepEqual(faults(), ['eve-w1.jsonl:1 notAFile', 'eve-w2.jsonl:1 notAFile'])
  })
})
