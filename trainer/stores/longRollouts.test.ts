import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { compact } from './compaction.ts'
import { sqlText, withDuckDb } from './duckDb.ts'
import { diskFileOps } from './fileOps.ts'
import { rollout, temporaryFolder } from './fixtures.ts'
import { jsonLine } from './jsonLines.ts'
import { fromJsonLines } from './rolloutColumns.ts'
import { makeDrafts, notMade } from './shardDrafts.ts'
import { readCompactedStep } from './shardReader.ts'

const ROLLOUTS = 300
const TOKENS = 8192
const options = { ops: diskFileOps, report: () => undefined, throughStep: 1, all: true }
const batch = { kind: 'evaluation', step: 1 } as const
const idOf = (sample: number): string => `e000001.1-000-${String(sample).padStart(4, '0')}`

/** A step file of so many rollouts of one long completion, of which only the ids differ. */
function longStep(folder: string): string {
  const one = rollout({ ...batch, tokens: TOKENS })
  const text = jsonLine({ ...one, segments: one.segments.map((part) => ({ ...part, text: 'word '.repeat(TOKENS), advantages: part.logprobs })) }).toString('utf8')
  const place = path.join(folder, 'evaluation-000001.jsonl')
  const file = fs.openSync(place, 'w')
  for (let sample = 0; sample < ROLLOUTS; sample++) fs.writeSync(file, text.replace(JSON.stringify(one.id), JSON.stringify(idOf(sample))))
  fs.closeSync(file)
  return place
}

async function checkStep(folder: string): Promise<void> {
  const read = (await readCompactedStep(folder, batch))!
  assert.deepEqual(read.map(({ id }) => id), Array.from({ length: ROLLOUTS }, (_, sample) => idOf(sample)))
  assert.deepEqual([read[0]!.segments[0]!.logprobs, read.at(-1)!.segments[0]!.tokens], [rollout({ ...batch, tokens: TOKENS }).segments[0]!.logprobs, read[0]!.segments[0]!.tokens])
}

describe('long rollouts', () => {
  it('are compacted into row groups that can be read, and read back', async () => {
    const folder = temporaryFolder()
    longStep(folder)
    assert.equal((await compact(folder, options)).length, 1)
    const shard = path.join(folder, 'shard-00000.parquet')
    const [groups] = await withDuckDb({ files: [shard], memoryMegabytes: 256, deadlineSeconds: 60 }, (db) => db.run(`SELECT max(row_group_num_rows)::INTEGER AS most FROM parquet_metadata(${sqlText(shard)})`))
    assert.ok(Number(groups?.['most']) < 64, JSON.stringify(groups))
    await checkStep(folder)
  })

  it('are read from a shard of an earlier version, whose row groups are long', async () => {
    const folder = temporaryFolder()
    const file = longStep(folder)
    const [shard, index] = ['shard-00000.parquet', 'index-00000.parquet'].map((name) => path.join(folder, name)) as [string, string]
    await withDuckDb({ files: [file, shard], memoryMegabytes: 4096, deadlineSeconds: 120 }, (db) =>
      db.run(`COPY (SELECT * FROM ${fromJsonLines([file])}) TO ${sqlText(shard)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)`))
    fs.writeFileSync(index, '')
    await checkStep(folder)
  })
})

describe('a shard that cannot be made', () => {
  it('leaves the step files as they are and nothing else', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'step-000001.jsonl')
    fs.writeFileSync(file, jsonLine(rollout({ step: 1 })))
    const drafts = { shard: path.join(folder, 'a.parquet'), index: path.join(folder, 'b.parquet'), text: path.join(folder, 'c.parquet') }
    await assert.rejects(makeDrafts([{ file, ids: ['another'], weights: [1] }], drafts, diskFileOps), (error) => LabError.is(error, 'not-verified'))
    assert.deepEqual(fs.readdirSync(folder), ['step-000001.jsonl'])
  })

  it('for its length says so, with a remedy for people', () => {
    const memory = notMade(new LabError('store', 'query-memory', 'DuckDB: Out of Memory Error: x', { remedy: 'z' }), ['step-000001.jsonl', 'step-000002.jsonl'])
    assert.ok(LabError.is(memory, 'compaction-memory'))
    assert.match(memory.message, /^2 step file\(s\) could not be made a Parquet shard within 2048 MB: DuckDB: Out of Memory/)
    assert.match(memory.remedy, /^Nothing was removed/)
    const other = new LabError('store', 'query-failed', 'x', { remedy: 'y' })
    assert.equal(notMade(other, []), other)
  })
})
