import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { diskFileOps } from '../../stores/fileOps.ts'
import type { FileOps } from '../../stores/fileOps.ts'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { labelInput, labelRecord, lineOf, writeFile } from './labels.fixture.ts'
import { LABEL_LINE_BYTES } from './labelLine.ts'
import { openLabelWriter } from './labelLog.ts'
import { readLabels } from './labelReader.ts'

const code = (expected: string) => (error: unknown): boolean => LabError.is(error, expected)
const idsIn = (folder: string): string[] => readLabels(folder).records.map(({ id }) => id)

describe('the label log', () => {
  let folder: string
  beforeEach(() => {
    folder = path.join(temporaryFolder(), '.rollout-lab', 'labels', 'run-1')
  })

  it('makes nothing before the first label, then a file of the writer and what git needs beside it', () => {
    fs.mkdirSync(path.join(folder, '..', '..', 'runs'), { recursive: true })
    const writer = openLabelWriter({ folder, labeler: 'ada', writer: 'w1' })
    assert.equal(fs.existsSync(folder), false)
    writer.append([labelInput()])
    writer.append([])
    assert.deepEqual(fs.readdirSync(folder), ['ada-w1.jsonl'])
    assert.equal(fs.readFileSync(path.join(folder, '..', '.gitattributes'), 'utf8'), '*.jsonl text eol=lf merge=union\n')
    assert.equal(fs.readFileSync(path.join(folder, '..', '..', 'runs', '.gitignore'), 'utf8'), '*\n')
  })

  it('leaves files for git that are there as they are', () => {
    writeFile(path.join(folder, '..'), '.gitattributes', '# mine\n')
    openLabelWriter({ folder, labeler: 'ada' }).append([labelInput()])
    assert.equal(fs.readFileSync(path.join(folder, '..', '.gitattributes'), 'utf8'), '# mine\n')
  })

  it('gives back what it wrote, with defaults filled in, as it is read again', () => {
    const text = 'he said “\u202Eevil\u202C” 👩‍🔬 e\u0301\u0327 \ud800 \udc00 \u2028\u0000 line\nline שלום'
    const written = openLabelWriter({ folder, labeler: 'ada' }).append([labelInput({}, { kind: 'critique', text }), labelInput({ seconds: 1.25 })])
    assert.equal(written[0]!.draft, false)
    const { records, faults } = readLabels(folder)
    assert.deepEqual(records, written)
    assert.deepEqual(faults, [])
    assert.ok(records[0]!.opinion.kind === 'critique' && records[0]!.opinion.text === text)
  })

  it('goes on after a line that was torn anywhere', () => {
    const whole = Buffer.from(lineOf(labelRecord({ id: 'first' })) + lineOf(labelRecord({ id: 'é😀' })))
    for (let length = 0; length <= whole.length; length++) {
      fs.rmSync(folder, { recursive: true, force: true })
      writeFile(folder, 'ada-w1.jsonl', whole.subarray(0, length))
      const before = idsIn(folder)
      openLabelWriter({ folder, labeler: 'ada', writer: 'w1', ops: { ...diskFileOps, sync: () => undefined } }).append([labelInput({ id: 'next' })])
      assert.deepEqual(idsIn(folder).sort(), [...before, 'next'].sort())
    }
  })

  it('has nothing half written where the disk refuses in the middle', () => {
    const failing = (fail: Partial<FileOps>): FileOps => ({ ...diskFileOps, ...fail })
    const full = (): never => { throw Object.assign(new Error('full'), { code: 'ENOSPC' }) }
    let calls = 0
    const half: FileOps['write'] = (file, bytes, offset) => (calls++ === 0 ? diskFileOps.write(file, bytes.subarray(0, offset + 100), offset) : full())
    openLabelWriter({ folder, labeler: 'ada', writer: 'w1' }).append([labelInput({ id: 'kept' })])
    const file = path.join(folder, 'ada-w1.jsonl')
    const before = fs.readFileSync(file)
    for (const ops of [failing({ write: half }), failing({ sync: full }), failing({ write: full })]) {
      assert.throws(() => openLabelWriter({ folder, labeler: 'ada', writer: 'w1', ops }).append([labelInput({ id: 'lost' }), labelInput()]), code('disk-full'))
      assert.deepEqual(fs.readFileSync(file), before)
    }
    openLabelWriter({ folder, labeler: 'ada', writer: 'w1' }).append([labelInput({ id: 'after' })])
    assert.deepEqual(idsIn(folder), ['kept', 'after'])
  })

  it('stays readable where even taking back fails', () => {
    const full = (): never => { throw Object.assign(new Error('full'), { code: 'ENOSPC' }) }
    let calls = 0
    const ops: FileOps = { ...diskFileOps, truncate: full, write: (file, bytes, offset) => (calls++ === 0 ? diskFileOps.write(file, bytes.subarray(0, offset + 100), offset) : full()) }
    assert.throws(() => openLabelWriter({ folder, labeler: 'ada', writer: 'w1', ops }).append([labelInput()]), code('disk-full'))
    openLabelWriter({ folder, labeler: 'ada', writer: 'w1' }).append([labelInput({ id: 'after' })])
    assert.deepEqual(idsIn(folder), ['after'])
  })

  it('writes to the file that is there, whatever git did to the one before', () => {
    const writer = openLabelWriter({ folder, labeler: 'ada', writer: 'w1' })
    writer.append([labelInput({ id: 'a' })])
    fs.rmSync(writer.file)
    writer.append([labelInput({ id: 'b' })])
    assert.deepEqual(idsIn(folder), ['b'])
    fs.rmSync(folder, { recursive: true })
    writer.append([labelInput({ id: 'c' })])
    assert.deepEqual(idsIn(folder), ['c'])
  })

  it('writes again where the file is replaced between opening and flushing', () => {
    let replaced = false
    const ops: FileOps = {
      ...diskFileOps,
      sync: (file) => {
        diskFileOps.sync(file)
        if (replaced) return
        replaced = true
        const place = path.join(folder, 'ada-w1.jsonl')
        fs.writeFileSync(`${place}.new`, lineOf(labelRecord({ id: 'theirs' })))
        fs.renameSync(`${place}.new`, place)
      }
    }
    openLabelWriter({ folder, labeler: 'ada', writer: 'w1', ops }).append([labelInput({ id: 'mine' })])
    assert.deepEqual(idsIn(folder).sort(), ['mine', 'theirs'])
  })

  it('refuses names that are none, records that are none, those of others, and what is too long', () => {
    for (const labeler of ['', '-a', 'a/b', '..', 'a b', 'ä', 'x'.repeat(41)]) assert.throws(() => openLabelWriter({ folder, labeler }), code('label/bad-name'), labeler)
    assert.throws(() => openLabelWriter({ folder, labeler: 'ada', writer: 'a-b' }), code('label/bad-name'))
    const writer = openLabelWriter({ folder, labeler: 'ada' })
    assert.throws(() => writer.append([labelInput({ seconds: NaN })]), code('label/not-a-label'))
    assert.throws(() => writer.append([labelInput({ labeler: 'bob' })]), code('label/not-a-label'))
    assert.throws(() => writer.append([labelInput(), labelInput({}, { kind: 'critique', text: '' })]), (error) => LabError.is(error, 'label/not-a-label') && error.message.includes('opinion.text'))
    const scores = { remark: 'x'.repeat(LABEL_LINE_BYTES) }
    assert.throws(() => writer.append([labelInput({}, { kind: 'rubric', labelSet: 'a', schemaHash: 'b', scores })]), code('label/too-long'))
    assert.equal(fs.existsSync(folder), false, 'nothing of a refused append is written')
    writer.close()
    assert.throws(() => writer.append([labelInput()]), code('closed'))
  })

  it('follows no link', () => {
    const elsewhere = temporaryFolder()
    fs.mkdirSync(path.dirname(folder), { recursive: true })
    fs.symlinkSync(elsewhere, folder)
    assert.throws(() => openLabelWriter({ folder, labeler: 'ada' }).append([labelInput()]), code('link'))
    fs.rmSync(folder)
    fs.mkdirSync(folder)
    fs.writeFileSync(path.join(elsewhere, 'file'), '')
    fs.symlinkSync(path.join(elsewhere, 'file'), path.join(folder, 'ada-w1.jsonl'))
    assert.throws(() => openLabelWriter({ folder, labeler: 'ada', writer: 'w1' }).append([labelInput()]), code('link'))
    assert.deepEqual(fs.readdirSync(elsewhere), ['file'])
    assert.equal(fs.readFileSync(path.join(elsewhere, 'file'), 'utf8'), '')
  })
})
