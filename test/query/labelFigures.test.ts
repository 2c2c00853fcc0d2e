import assert from 'node:assert/strict'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { completed, critique, eachWithLabelledRun, MODEL, right, wrong } from './labelledRun.ts'

describe('figures about labels', function () {
  this.timeout(60_000)
  const made = eachWithLabelledRun()
  const { queries, trained, say } = made

  it('tells progress, pace, consistency, accuracy and what became of drafts', async () => {
    const [a, b, c] = trained() as [Rollout, Rollout, Rollout]
    say('ann', a, { kind: 'verdict', right: a.correct === true }, { qualityControl: true })
    say('ann', b, { kind: 'verdict', right: b.correct !== true }, { qualityControl: true })
    say('ann', c, right)
    say('ann', c, right, { qualityControl: true, at: new Date(Date.now() + 60_000).toISOString() })
    say('ann', a, completed, { seconds: 10 })
    say('ann', a, completed, { seconds: 0 })
    say('ann', b, completed, { seconds: 30, at: '2024-02-29T12:00:00Z' })
    say('bob', c, completed, { seconds: 99 })
    for (const decision of ['accepted', 'edited', 'rejected', undefined] as const) {
      const draft = say('ann', a, right, { draft: true, source: MODEL })
      if (decision !== undefined) say('ann', a, { kind: 'decision', of: draft.id, decision })
    }
    const { consistency, qualityControl, ...rest } = await queries.ask('labels/progress', { run: made.run, labeler: 'ann' })
    assert.deepEqual(rest, { completed: 2, total: trained().length, today: 1, medianSeconds: 20, drafts: [{ source: 'm1 (vscode.lm)', accepted: 1, edited: 1, rejected: 1, open: 1 }] })
    assert.deepEqual([consistency!.value, consistency!.items], [1, 1])
    assert.deepEqual([qualityControl!.items, qualityControl!.value], [3, (1 + Number(c.correct)) / 3])
    const fresh = await queries.ask('labels/progress', { run: made.run, labeler: 'nobody' })
    assert.deepEqual([fresh.completed, fresh.medianSeconds, fresh.consistency, fresh.qualityControl], [0, null, null, null])
  })

  it('measures agreement and lists disagreements by the page', async () => {
    for (const [i, one] of trained().entries()) {
      say('ann', one, i % 2 === 0 ? right : wrong)
      say('bob', one, i % 8 === 0 ? wrong : i % 2 === 0 ? right : wrong)
    }
    const measures = await queries.ask('labels/agreement', { run: made.run })
    const kappa = measures.find(({ measure }) => measure === 'verdict/kappa')!
    assert.equal(kappa.items, 80)
    // Alike on 70 of 80; ann says right of 40, bob of 30: κ = (0.875 − 0.5) / (1 − 0.5).
    assert.ok(Math.abs(kappa.value! - 0.75) < 1e-9)
    assert.ok(kappa.low! < 0.75 && kappa.high! > 0.75)
    const { count, rows } = await queries.ask('labels/disagreements', { run: made.run, offset: 8, limit: 500 })
    assert.deepEqual([count, rows.length], [10, 2])
    assert.deepEqual(rows[0]!.opinions.map(({ labeler, says }) => [labeler, says]), [['ann', 'right'], ['bob', 'wrong']])
    const [loser] = (await queries.ask('labels/of', { run: made.run, id: rows[0]!.rollout })).filter(({ labeler }) => labeler === 'bob')
    say('ann', trained().find(({ id }) => id === rows[0]!.rollout)!, { kind: 'resolved', of: loser!.id, resolved: true })
    assert.equal((await queries.ask('labels/disagreements', { run: made.run, offset: 0, limit: 1 })).count, 9)
  })

  it('previews what an export would give', async () => {
    const [one, two] = trained() as [Rollout, Rollout]
    say('ann', one, critique('wrong from the start'))
    say('ann', two, critique('a model wrote this'), { source: MODEL })
    say('ann', two, critique('a draft'), { source: MODEL, draft: true })
    const preview = await queries.ask('labels/preview', { run: made.run, includeModelSources: false })
    assert.deepEqual([preview.rows.critiques, preview.labelers], [1, ['ann']])
    assert.equal(preview.leftOut.filter(({ kind }) => kind === 'critiques').reduce((sum, { count }) => sum + count, 0), 2)
    assert.equal((await queries.ask('labels/preview', { run: made.run, includeModelSources: true })).rows.critiques, 2)
  })
})
