import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LabelRecordInput, Opinion } from '../../trainer/protocol/label.ts'
import { makeSyntheticRun } from './syntheticRun.ts'
import { TestQueries } from './queryServer.ts'

const LABELS = 100_000
const ROLLOUTS = 12_000
const LABELLED = 10_000
const LABELERS = ['ann', 'bob']
/** Of the query process while it holds all of them, as the system counts it. */
const MOST_MEGABYTES = 700

/** Five labels of each labeler on each rollout; bob says otherwise than ann of every fourth verdict. */
function linesOf(by: string, ids: readonly string[]): string {
  const opinionsOn = (i: number): Opinion[] => {
    const right = i % 2 === 0
    return [
      { kind: 'verdict', right: by === 'bob' && i % 4 === 0 ? !right : right }, { kind: 'firstError', step: right ? null : i % 7 }, { kind: 'critique', text: `Step ${i % 7} is wrong: ${'x'.repeat(100)}` },
      { kind: 'stepRating', rating: i % 3 === 0 ? -1 : 1 }, { kind: 'completed' }
    ]
  }
  const lines = ids.flatMap((rollout, i) => opinionsOn(i).map((opinion, n): LabelRecordInput => ({
    version: 1, id: `${by}-${i}-${n}`, labeler: by, at: new Date(1.7e12 + 1000 * i).toISOString(), run: 'run', rollout, problemId: 'p',
    anchor: { segment: 0, textHash: 'a'.repeat(64), from: 0, to: 1, ...(opinion.kind === 'stepRating' ? { step: 0 } : {}) }, opinion, source: { kind: 'human' }, seconds: 4
  })))
  return lines.map((record) => `${JSON.stringify(record)}\n`).join('')
}

describe('queries about 100,000 labels', function () {
  this.timeout(120_000)
  const scratch = mkdtempSync(join(tmpdir(), 'rollout-lab-many-labels-'))
  const queries = new TestQueries()
  const run = join(scratch, 'run')
  const ask = async (labels: ('labelled' | 'unlabelled' | 'disagreeing')[]): Promise<number> =>
    (await queries.ask('rollouts/open', { runs: [run], filter: { labels }, sort: { by: 'reward', descending: true }, by: 'rollouts', follow: false })).count

  before(async () => {
    const folder = join(scratch, 'labels')
    await makeSyntheticRun({ directory: run, rollouts: ROLLOUTS, tokens: 20 })
    const { view } = await queries.ask('rollouts/open', { runs: [run], filter: {}, sort: { by: 'recorded', descending: false }, by: 'rollouts', follow: false })
    const ids: string[] = []
    for (let offset = 0; offset < LABELLED; offset += 500) ids.push(...(await queries.ask('rollouts/page', { view, offset, limit: 500 })).rows.map(({ id }) => id))
    mkdirSync(folder)
    for (const by of LABELERS) writeFileSync(join(folder, `${by}-1.jsonl`), linesOf(by, ids))
    await queries.ask('labels/folder', { run, folder })
  })
  after(() => {
    queries.close()
    rmSync(scratch, { recursive: true })
  })

  it('counts, filters, queues and measures them all, and stays small', async () => {
    assert.deepEqual([await ask(['labelled']), await ask(['unlabelled']), await ask(['disagreeing'])], [LABELLED, ROLLOUTS - LABELLED, LABELLED / 4])
    const texts = await queries.ask('labels/page', { run, offset: LABELS / 5 - 10, limit: 500 })
    assert.deepEqual([texts.count, texts.labels.length, texts.faults], [LABELS / 5, 10, []])
    assert.equal((await queries.ask('labels/orphans', { run, offset: 0, limit: 1 })).count, LABELS)
    assert.equal((await queries.ask('labels/queue', { run, kind: 'random', labeler: 'ann', pairs: false, seed: 1, limit: 10_000 })).length, ROLLOUTS - LABELLED)
    const { completed, total, medianSeconds } = await queries.ask('labels/progress', { run, labeler: 'ann' })
    assert.deepEqual([completed, total, medianSeconds], [LABELLED, ROLLOUTS, 4])
    const measures = await queries.ask('labels/agreement', { run })
    // Alike on three of four; ann says right of a half, bob of a quarter: κ = (3/4 − 1/2) / (1 − 1/2).
    const kappa = measures.find(({ measure }) => measure === 'verdict/kappa')!
    assert.deepEqual([kappa.items, kappa.value!.toFixed(9)], [LABELLED, (0.5).toFixed(9)])
    assert.equal((await queries.ask('labels/disagreements', { run, offset: 0, limit: 500 })).count, LABELLED / 4)
    const status = `/proc/${queries.pid}/status`
    const megabytes = existsSync(status) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]) / 1000 : 0
    assert.ok(megabytes < MOST_MEGABYTES, `${megabytes} MB`)
  })
})
