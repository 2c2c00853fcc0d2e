import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import type { z } from 'zod'
import type { ExecutionRecord } from '../protocol/execution.ts'
import { Rollout, Segment } from '../protocol/rollout.ts'
import { compact } from './compaction.ts'
import { withDuckDb } from './duckDb.ts'
import { diskFileOps } from './fileOps.ts'
import { rollout, temporaryFolder } from './fixtures.ts'
import { jsonLine } from './jsonLines.ts'
import type { RecoveryNote } from './recovery.ts'
import { fromParquet, ROLLOUT_COLUMNS } from './rolloutColumns.ts'
import { readCompactedStep } from './shardReader.ts'

const notes: RecoveryNote[] = []
const options = { ops: diskFileOps, report: (note: RecoveryNote) => notes.push(note), throughStep: 100, all: true }
const train = { kind: 'train', step: 1 } as const

function stepFile(folder: string, step: number, rows: readonly object[]): string {
  const place = path.join(folder, `step-${String(step).padStart(6, '0')}.jsonl`)
  fs.writeFileSync(place, Buffer.concat(rows.map(jsonLine)))
  return place
}

/** Rollouts with any numbers and strings that the schema allows. */
const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true })
const anyText = fc.string({ unit: 'binary', maxLength: 12 })
const anyRollout = fc
  .record({ logprobs: fc.array(anyNumber, { maxLength: 4 }), text: anyText, total: fc.option(anyNumber), params: fc.dictionary(anyText, fc.oneof(anyNumber, anyText, fc.boolean())), tags: fc.dictionary(anyText, anyText), answer: fc.option(anyText), gold: anyText, seed: fc.maxSafeNat(), correct: fc.option(fc.boolean()), bare: fc.boolean(), cpuSeconds: fc.option(anyNumber) })
  .map(({ logprobs, text, total, params, tags, answer, gold, seed, correct, bare, cpuSeconds }): Rollout => {
    const base = rollout({ step: 1, tokens: logprobs.length, group: bare ? 1 : 0, sample: bare ? 1 : 0 })
    const part = { ...base.segments[0]!, logprobs, text, ...(bare ? {} : { advantages: logprobs.map((value) => value / 3) }) }
    return { ...base, segments: [part], params, tags, answer, seed, correct, reward: { ...base.reward, total }, ...(bare ? {} : { gold, filter: { kept: false, why: text }, executions: [{ ...execution, files: [{ path: 'answer.js', text }], cpuSeconds }] }) }
  })

/** What a failed program left, with everything that may be missing or null. */
const execution: ExecutionRecord = {
  turn: 1, backend: 'fake', language: 'javascript', files: [], signals: [{ kind: 'earlyExit', why: 'exit(0)' }], limitsHit: ['wallSeconds'], seconds: 0.25, queueSeconds: 0, cpuSeconds: null,
  peakMegabytes: null, retries: 0, failure: null, tests: [
    { name: 'f(1)', visible: true, fresh: false, verdict: 'wrongValue', why: 'expected 2', input: '1', expected: '2', got: '"\\ud800"', output: 'a\u0000b\n', outputCut: false, seconds: 0.001 },
    { name: 'f(2)', visible: false, fresh: true, verdict: null, why: '', output: '', outputCut: true, seconds: 0 }
  ]
}

describe('compaction', () => {
  it('keeps every number bit for bit and every string', async () => {
    await fc.assert(fc.asyncProperty(fc.array(anyRollout, { minLength: 1, maxLength: 20 }), async (made) => {
      // As the schema reads them: it leaves out a parameter named __proto__.
      const rows = made.map((row, i) => Rollout.parse(JSON.parse(JSON.stringify({ ...row, id: `t000001.1-000-${String(i).padStart(2, '0')}` }))))
      const folder = temporaryFolder()
      stepFile(folder, 1, rows)
      await compact(folder, options)
      const read = await readCompactedStep(folder, train)
      assert.deepStrictEqual(read, rows)
      assert.deepEqual(fs.readdirSync(folder), ['index-00000.parquet', 'shard-00000.parquet', 'text-00000.parquet'])
    }), { numRuns: 25, endOnFailure: true })
  })

  it('has a column for every field of a rollout and of a segment', () => {
    const shape = Rollout.shape
    assert.deepEqual(Object.keys(ROLLOUT_COLUMNS).sort(), Object.keys(shape).sort())
    for (const name of Object.keys((Segment as z.ZodObject).shape)) assert.match(ROLLOUT_COLUMNS.segments!, new RegExp(`\\b${name}\\b`))
  })

  it('fills shards to their size in the order of steps and leaves the rest', async () => {
    const folder = temporaryFolder()
    for (const step of [1, 2, 3, 4, 5]) stepFile(folder, step, [0, 1, 2].map((sample) => rollout({ step, sample, tokens: 2 })))
    assert.deepEqual((await compact(folder, { ...options, all: false, rolloutsPerShard: 6, throughStep: 4 })).map((batch) => batch.step), [1, 2, 3, 4])
    assert.deepEqual(fs.readdirSync(folder), ['index-00000.parquet', 'index-00001.parquet', 'shard-00000.parquet', 'shard-00001.parquet', 'step-000005.jsonl', 'text-00000.parquet', 'text-00001.parquet'])
  })

  it('writes zstd and an index without text or tokens', async () => {
    const folder = temporaryFolder()
    stepFile(folder, 1, [rollout({ step: 1 })])
    await compact(folder, options)
    const [shard, index] = ['shard-00000.parquet', 'index-00000.parquet'].map((name) => path.join(folder, name))
    await withDuckDb({ files: [shard!, index!], memoryMegabytes: 256, deadlineSeconds: 60 }, async (db) => {
      assert.deepEqual(await db.run(`SELECT DISTINCT compression FROM parquet_metadata('${shard}')`), [{ compression: 'ZSTD' }])
      const columns = await db.run(`SELECT name FROM parquet_schema('${index}')`)
      assert.ok(!columns.some(({ name }) => ['segments', 'text', 'tokens', 'answer', 'gold', 'logprobs'].includes(String(name))))
      assert.deepEqual(await db.run(`SELECT completionTokens, stopReason FROM ${fromParquet([index!])}`), [{ completionTokens: '60', stopReason: 'endOfText' }])
    })
  })

  it('leaves a damaged step file alone and reports it', async () => {
    const folder = temporaryFolder()
    const place = stepFile(folder, 1, [rollout({ step: 1 })])
    fs.appendFileSync(place, '{"id":\n')
    notes.length = 0
    assert.deepEqual(await compact(folder, options), [])
    assert.match(notes[0]!.detail, /step-000001\.jsonl:2: not valid JSON/)
    assert.deepEqual(fs.readdirSync(folder), ['step-000001.jsonl'])
  })
})
