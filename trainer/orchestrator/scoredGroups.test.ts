import assert from 'node:assert/strict'
import { runTrainer } from './runTrainer.ts'
import { testRun } from './run.fixture.ts'
import { taskReward } from '../protocol/taskReward.ts'
import { scoredRollout } from './scoredGroups.ts'

describe('rollouts as algorithms see them', () => {
  it('name the token that ends a step, leave out what could not be checked, and train on what the filter lets through', async () => {
    const run = await testRun({ steps: 1, filter: { dropZeroVariance: false, dropTruncated: true } })
    const { parts, directory } = await run.open()
    await runTrainer(parts)
    const rows = (await directory.rollouts.readStep({ kind: 'train', step: 1 }))!
    directory.close()
    run.remove()
    const truncated = rows.filter(({ segments }) => segments[0]!.stopReason === 'length')
    assert.ok(truncated.length > 0 && truncated.length < rows.length)
    for (const row of rows) {
      const [segment] = row.segments
      const flags = new Set<number>(segment!.mask)
      assert.deepEqual([...flags], [truncated.includes(row) ? 0 : 1])
      assert.equal(segment!.advantages === undefined, truncated.includes(row))
    }
    const row = rows.find(({ segments }) => segments[0]!.tokens.length === 3)!
    const text = row.segments[0]!.text
    const steps = [
      { from: 0, to: text.indexOf(' '), ok: true, why: '' },
      { from: 0, to: text.length, ok: false, why: '' },
      { from: 0, to: 1, ok: null, why: '' }
    ]
    const scored = scoredRollout({ ...row, steps })
    const ends = row.segments[0]!.tokenEnds
    assert.deepEqual(scored.steps, [{ endToken: 0, score: 1 }, { endToken: ends.indexOf(text.length), score: 0 }])
    assert.equal(scored.truncated, row.segments[0]!.stopReason === 'length')
  })

  it('have the task’s own reward apart from the KL penalty', () => {
    const part = (name: string, score: number | null, weight: number) => ({ name, score, weight, why: '' })
    assert.equal(taskReward({ total: 0.25, parts: [part('answer', 1, 1), part('kl', -0.75, 1)] }), 1)
    assert.equal(taskReward({ total: null, parts: [part('answer', 1, 1), part('format', 0.5, 0.2), part('kl', null, 1)] }), 1.1)
    assert.equal(taskReward({ total: null, parts: [part('answer', null, 1), part('kl', 0, 1)] }), null)
    assert.equal(taskReward({ total: 2, parts: [part('answer', 2, 1), part('extra', null, 0)] }), 2)
  })
})
