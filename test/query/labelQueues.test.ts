import assert from 'node:assert/strict'
import type { LabelSource, Opinion } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { completed, eachWithLabelledRun, idsOf, MODEL, right, wrong } from './labelledRun.ts'

const CHECKER: LabelSource = { kind: 'checker', name: 'sums' }

describe('queues of labels', function () {
  this.timeout(60_000)
  const made = eachWithLabelledRun()
  const { trained, newest, say, prefer, queue, ids } = made

  it('give what nobody labelled, what fails, and what is most uncertain', async () => {
    const [first, second] = newest() as [Rollout, Rollout]
    say('bob', first, right)
    assert.deepEqual(await ids('unlabelled'), idsOf(newest().slice(1)))
    assert.deepEqual(await ids('unlabelled', { limit: 2 }), idsOf(newest().slice(1, 3)))
    const failing = newest().filter(({ correct }) => correct === false)
    assert.deepEqual(await ids('failing'), idsOf(failing))
    say('ann', failing[0]!, completed)
    assert.deepEqual(await ids('failing'), idsOf(failing.slice(1)))
    assert.deepEqual(await ids('failing', { labeler: 'bob' }), idsOf(failing))
    const entropy = ({ segments }: Rollout): number => segments[0]!.entropies.reduce((sum, value) => sum + value, 0) / segments[0]!.entropies.length
    const uncertain = (await ids('highestEntropy')).map((id) => entropy(made.all.find((one) => one.id === id)!))
    assert.equal(uncertain.length, trained().length - 1)
    assert.ok(uncertain.every((value, i) => i === 0 || value <= uncertain[i - 1]! + 1e-12))
    assert.ok(second.id !== first.id)
  })

  it('give groups with right and wrong ones, the most even first', async () => {
    const share = (one: Rollout): number => {
      const group = trained().filter(({ step, group: name }) => step === one.step && name === one.group)
      return Math.abs(group.filter(({ correct }) => correct).length / group.length - 0.5)
    }
    const mixed = newest().map((one, at) => ({ one, at, far: share(one) })).filter(({ far }) => far < 0.5).sort((a, b) => a.far - b.far || a.at - b.at).map(({ one }) => one)
    assert.ok(mixed.length > 0 && mixed.length < trained().length)
    assert.deepEqual(await ids('mixedGroups'), idsOf(mixed))
  })

  it('give disagreements, and judges that the verifier contradicts, drafts among them', async () => {
    const [a, b, c, d] = newest() as [Rollout, Rollout, Rollout, Rollout]
    say('bob', a, right)
    say('cyd', a, wrong)
    assert.deepEqual(await ids('disagreement'), [a.id])
    const says = (one: Rollout, agree: boolean): Opinion => ({ kind: 'verdict', right: one.correct === agree })
    say('bob', b, says(b, false), { source: MODEL, draft: true })
    say('bob', c, says(c, true), { source: MODEL, draft: true })
    say('bob', d, { kind: 'firstError', step: d.correct === true ? 1 : null }, { source: MODEL })
    assert.deepEqual(await ids('judgeAgainstVerifier'), idsOf([b, d]))
  })

  it('draw at random by the seed alone', async () => {
    const [first, again, other] = [await ids('random'), await ids('random'), await ids('random', { seed: 2 })]
    assert.deepEqual(first, again)
    assert.notDeepEqual(first, other)
    assert.deepEqual([...first].sort(), [...other].sort())
    assert.deepEqual([...first].sort(), idsOf(trained()).sort())
  })

  it('control quality with known items, the same for everybody, and show completed ones once more', async () => {
    const shared = await ids('qualityControl')
    assert.equal(shared.length, 30)
    assert.deepEqual((await ids('qualityControl', { labeler: 'bob', seed: 9 })).sort(), [...shared].sort())
    const outside = trained().filter(({ id }) => !shared.includes(id))
    const [known, mine] = outside as [Rollout, Rollout]
    say('bot', known, right, { source: CHECKER })
    say('ann', mine, completed)
    assert.deepEqual((await ids('qualityControl')).sort(), [...shared, known.id, mine.id].sort())
    say('ann', mine, completed, { qualityControl: true })
    assert.deepEqual((await ids('qualityControl')).sort(), [...shared, known.id].sort())
    assert.ok((await queue('qualityControl')).every(({ qualityControl }) => qualityControl))
    assert.deepEqual((await queue('random')).filter(({ qualityControl }) => qualityControl).map((item) => item.rollout), [known.id])
  })

  it('pair a right and a wrong answer to one problem, of one group where that can be', async () => {
    const byId = new Map(made.all.map((one) => [one.id, one]))
    const pairs = await queue('failing', { pairs: true })
    const used = pairs.flatMap(({ rollout: id, other }) => [id, other!])
    assert.equal(new Set(used).size, used.length)
    const groupOf = (one: Rollout): string => `${one.step} ${one.group}`
    for (const { rollout: id, other } of pairs) {
      const [a, b] = [byId.get(id)!, byId.get(other!)!]
      assert.equal(a.problemId, b.problemId)
      assert.notEqual(a.correct, b.correct)
    }
    const most = (key: (one: Rollout) => string): number => {
      const counts = new Map<string, [number, number]>()
      for (const one of trained()) counts.set(key(one), [(counts.get(key(one))?.[0] ?? 0) + Number(one.correct), (counts.get(key(one))?.[1] ?? 0) + Number(!one.correct)])
      return [...counts.values()].reduce((sum, [yes, no]) => sum + Math.min(yes, no), 0)
    }
    assert.equal(pairs.filter(({ rollout: id, other }) => groupOf(byId.get(id)!) === groupOf(byId.get(other!)!)).length, most(groupOf))
    assert.ok(pairs.length > most(groupOf) && pairs.length <= most(({ problemId }) => problemId))
    const rightFirst = pairs.filter(({ rollout: id }) => byId.get(id)!.correct === true).length
    assert.ok(rightFirst > 0 && rightFirst < pairs.length, 'which side is right is not told by the side')
    const [first] = pairs
    prefer('ann', byId.get(first!.other!)!, byId.get(first!.rollout)!, 'this')
    assert.deepEqual(await queue('failing', { pairs: true }), pairs.slice(1))
    assert.equal((await queue('failing', { pairs: true, labeler: 'bob' })).length, pairs.length)
    assert.deepEqual(await queue('qualityControl', { pairs: true }), [{ rollout: first!.rollout, other: first!.other, qualityControl: true }])
  })
})
