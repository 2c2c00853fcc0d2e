import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { countsByStep, problemHistory, rolloutById, rolloutsOfStep } from './runQuery.ts'

/** A run with steps 1 and 2 in a shard and step 3 in a file; 3 groups of 2 in each. */
async function mixedRun(): Promise<{ directory: string; rows: Rollout[] }> {
  const directory = path.join(temporaryFolder(), 'run')
  const run = await createRun(newRun(directory))
  const rows: Rollout[] = []
  for (const step of [1, 2, 3]) {
    const open = run.rollouts.openStep({ kind: 'train', step })
    const own = [0, 1, 2].flatMap((group) => [0, 1].map((sample) => rollout({ step, group, sample, tokens: 5 })))
    for (const row of own) open.append(row)
    open.seal(weighed(own))
    rows.push(...weighed(own))
  }
  await run.rollouts.compact({ throughStep: 2, all: true })
  run.close()
  return { directory, rows }
}

describe('run query', () => {
  let directory = ''
  let rows: Rollout[] = []
  before(async () => {
    ({ directory, rows } = await mixedRun())
  })

  it('counts by step over files and shards alike', async () => {
    const counts = await countsByStep(directory)
    assert.deepEqual(counts.map(({ step, rollouts, superseded, completionTokens }) => [step, rollouts, superseded, completionTokens]), [[1, 6, 0, 30], [2, 6, 0, 30], [3, 6, 0, 30]])
    for (const count of counts) {
      const own = rows.filter((row) => row.step === count.step)
      assert.equal(count.correct, own.filter((row) => row.correct === true).length)
      assert.equal(count.meanReward, own.reduce((sum, row) => sum + row.reward.total!, 0) / own.length)
    }
  })

  it('reads pages of a step and single rollouts exactly', async () => {
    for (const step of [2, 3]) {
      const own = rows.filter((row) => row.step === step)
      assert.deepEqual(await rolloutsOfStep(directory, { kind: 'train', step }, { offset: 1, limit: 3 }), own.slice(1, 4))
      assert.deepEqual(await rolloutById(directory, own[4]!.id), own[4])
    }
    assert.equal(await rolloutById(directory, "' OR true --"), undefined)
  })

  it('tells the history of a problem', async () => {
    const history = await problemHistory(directory, 'problem-1', { offset: 0, limit: 100 })
    const own = rows.filter((row) => row.problemId === 'problem-1')
    assert.deepEqual(history.map((row) => [row.id, row.correct, row.reward]), own.map((row) => [row.id, row.correct, row.reward.total]))
  })

  it('reads a step once where a killed compaction left it in a file and in a shard', async () => {
    const own = rows.filter((row) => row.step === 1)
    const left = path.join(directory, 'rollouts', 'step-000001.jsonl')
    fs.writeFileSync(left, own.map((row) => `${JSON.stringify(row)}\n`).join(''))
    try {
      assert.deepEqual((await countsByStep(directory)).map((count) => count.rollouts), [6, 6, 6])
    } finally {
      fs.rmSync(left)
    }
  })

  it('keeps its deadline, page limit and files', async () => {
    await assert.rejects(countsByStep(directory, { memoryMegabytes: 512, deadlineSeconds: 0 }), (error) => LabError.is(error, 'query-deadline'))
    await assert.rejects(rolloutsOfStep(directory, { kind: 'train', step: 1 }, { offset: 0, limit: 1e9 }), (error) => LabError.is(error, 'wrong-page'))
    const link = path.join(directory, 'rollouts', 'step-000009.jsonl')
    fs.symlinkSync(path.join(directory, 'run.json'), link)
    await assert.rejects(countsByStep(directory), (error) => LabError.is(error, 'link'))
    fs.rmSync(link)
  })
})
