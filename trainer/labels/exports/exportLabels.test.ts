import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabelManifest, ROW_SCHEMAS } from '../../protocol/labelRows.ts'
import type { RowKind } from '../../protocol/labelRows.ts'
import { withDuckDb } from '../../stores/duckDb.ts'
import { fromParquet } from '../../stores/rolloutColumns.ts'
import type { LineageLine } from '../formats/lineage.ts'
import { better, critique, firstError, label, MODEL, prefers, rating, trace, verdict } from '../rows/rows.fixture.ts'
import { exportLabels } from './exportLabels.ts'
import type { ExportRequest } from './exportLabels.ts'
import { makeRun, temporaryFolder, writeLabels } from './run.fixture.ts'

const right = trace('r1', ['1 + 1 = 2', '2 + 2 = 4'])
const wrong = trace('r2', ['1 + 1 = 3', '3 + 2 = 5'], '5')
const strange = trace('r3', ['שלום 👍🏽 e\u0301', '\ud83d " \\ \u0000 \u2028'], '\udc4d')
const ROW_KINDS = ['critiques', 'solutions', 'steps', 'preferences'] as const
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const lines = <T>(file: string): T[] => readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as T)

describe('exportLabels', () => {
  const folder = temporaryFolder()
  const [runDirectory, labelsFolder] = [join(folder, 'runs', 'run'), join(folder, 'labels', 'run')]
  let files: string[] = []
  const request = (out: string, more: Partial<ExportRequest> = {}): ExportRequest => ({
    runDirectory, labelsFolder, out: join(folder, out), kinds: ROW_KINDS, format: 'jsonl', options: { includeModelSources: false }, now: new Date(Date.UTC(2030, 0, 1)), ...more
  })

  before(async () => {
    await makeRun(runDirectory, [right, wrong, strange])
    files = writeLabels(labelsFolder, [
      label(right, verdict(true)), label(right, firstError(null), { labeler: 'bob' }), label(wrong, rating(-1), { step: 0 }), label(wrong, critique('1 + 1 = 2'), { step: 0 }),
      label(wrong, better('answer', '4')), label(wrong, better('step', '3 + 2 = 6'), { step: 1 }), label(right, prefers('this', wrong, 'It adds up.')), label(strange, critique('\udc4d שלום\u0000'), { step: 1 }), label(strange, verdict(true)),
      label(strange, rating(1), { step: 0, source: MODEL })
    ])
  })

  it('writes rows of each kind, with who had a part in them', async () => {
    const { folder: out } = await exportLabels(request('rows'))
    assert.deepEqual(lines(join(out, 'steps.jsonl')), [
      { prompt: '1 + 1 + 2 : ', completions: ['1 + 1 = 2', ' ; 2 + 2 = 4'], labels: [true, true], sources: ['human'] },
      { prompt: '1 + 1 + 2 : ', completions: ['1 + 1 = 3'], labels: [false], sources: ['human'] }
    ])
    assert.deepEqual(lines<{ verdict?: boolean }>(join(out, 'critiques.jsonl')).map(({ verdict: judged }) => judged), [undefined, true])
    for (const kind of ROW_KINDS) for (const row of lines(join(out, `${kind}.jsonl`))) assert.ok(ROW_SCHEMAS[kind].safeParse(row).success, kind)
  })

  it('tells by hash what it read and wrote, and why labels were left out', async () => {
    const { folder: out, manifest } = await exportLabels(request('hashes', { kinds: ['steps', 'prm800k'] }))
    assert.deepEqual(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')), JSON.parse(JSON.stringify(manifest)))
    assert.deepEqual(LabelManifest.parse(manifest).files.map(({ kind, file, rows }) => [kind, file, rows]), [['steps', 'steps.jsonl', 2], ['prm800k', 'prm800k.jsonl', 2], ['lineage', 'lineage.jsonl', 4]])
    for (const { file, sha256: hash } of manifest.files) assert.equal(sha256(readFileSync(join(out, file))), hash)
    assert.deepEqual(manifest.labelFiles, files.map((file) => ({ file: file.split(/[\\/]/).at(-1), sha256: sha256(readFileSync(file)), records: lines(file).length })))
    assert.equal(manifest.rolloutsSha256, sha256([right, wrong].map(({ id, segments }) => `${id} ${sha256(segments[0]!.text)}`).join('\n')))
    assert.deepEqual([manifest.labelers, manifest.sources], [['ada', 'bob'], { human: 4 }])
    assert.deepEqual(manifest.leftOut.map(({ kind, count }) => [kind, count]), [['steps', 1]])
  })

  it('says of which labels each row was made, places in code points', async () => {
    const { folder: out } = await exportLabels(request('lineage', { kinds: ['critiques'] }))
    const lineage = lines<LineageLine>(join(out, 'lineage.jsonl'))
    const text = strange.segments[0]!.text
    const place = lineage.find(({ rollouts }) => rollouts[0]!.id === 'r3')!
    const { from, to } = place.labels[0]!
    assert.equal([...text].slice(from, to).join(''), '\ud83d " \\ \u0000 \u2028')
    assert.ok(from < text.indexOf('\ud83d "'), 'fewer code points than UTF-16 units stand before it')
    assert.deepEqual(place.rollouts, [{ id: 'r3', problemId: 'p1', textSha256: [sha256(text)] }])
    assert.deepEqual([place.file, place.row, place.run, place.labels[0]!.labeler, place.labels[0]!.kind], ['critiques.jsonl', 1, 'run', 'ada', 'critique'])
  })

  it('writes the same rows as Parquet', async () => {
    const [text, parquet] = [await exportLabels(request('text')), await exportLabels(request('parquet', { format: 'parquet' }))]
    assert.deepEqual(readdirSync(parquet.folder).sort(), ['README.md', ...ROW_KINDS.map((kind) => `${kind}.parquet`), 'lineage.jsonl', 'manifest.json'].sort())
    for (const kind of ROW_KINDS) assert.deepEqual(await parquetRows(join(parquet.folder, `${kind}.parquet`), kind), lines(join(text.folder, `${kind}.jsonl`)))
    for (const { file, sha256: hash } of parquet.manifest.files) assert.equal(sha256(readFileSync(join(parquet.folder, file))), hash)
  })

  it('reads runs whose rollouts lie in shards, and reads the same', async () => {
    const sharded = join(folder, 'sharded', 'run')
    await makeRun(sharded, [right, wrong, strange], true)
    const [a, b] = [await exportLabels(request('a')), await exportLabels(request('b', { runDirectory: sharded }))]
    assert.deepEqual(b.manifest.files, a.manifest.files)
  })

  it('takes models in where they are asked for', async () => {
    const { manifest } = await exportLabels(request('models', { options: { includeModelSources: true } }))
    assert.deepEqual(manifest.sources, { human: 9, 'model:vscode.lm/some-model': 1 })
  })

  it('writes nothing where there is nothing to write, or where something lies', async () => {
    await assert.rejects(exportLabels(request('nothing', { options: { includeModelSources: false, labelers: ['nobody'] } })), { code: 'usage/no-rows', remedy: /not chosen/ })
    assert.equal(existsSync(join(folder, 'nothing')), false)
    await assert.rejects(exportLabels(request('none', { labelsFolder: join(folder, 'labels', 'other') })), { code: 'usage/no-labels' })
    mkdirSync(join(folder, 'full'))
    writeFileSync(join(folder, 'full', 'mine.txt'), 'mine')
    await assert.rejects(exportLabels(request('full')), { code: 'usage/folder-exists' })
    assert.deepEqual(readdirSync(join(folder, 'full')), ['mine.txt'])
  })

  it('goes on past label lines that cannot be read, and names them', async () => {
    const damaged = join(folder, 'labels', 'damaged')
    mkdirSync(damaged, { recursive: true })
    writeFileSync(join(damaged, 'ada-w1.jsonl'), `${readFileSync(files[0]!, 'utf8')}{"torn`)
    const { faults, manifest } = await exportLabels(request('damaged', { labelsFolder: damaged, kinds: ['solutions'] }))
    assert.deepEqual(faults.map(({ code }) => code), ['tornLine'])
    assert.equal(manifest.files[0]?.rows, 2)
  })
})

async function parquetRows(file: string, kind: RowKind): Promise<unknown[]> {
  const rows = await withDuckDb({ files: [file], memoryMegabytes: 256, deadlineSeconds: 30 }, (db) => db.run(`SELECT * FROM ${fromParquet([file])}`))
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null || name === kind)))
}
