import assert from 'node:assert/strict'
import { RescoreTally } from './rescoreChanges.ts'
import type { Rescored } from './rescoreChanges.ts'

const one = (id: string, group: string, before: number | null, after: number | null, why = ''): Rescored =>
  ({ id, step: 1, group, before, after, totalBefore: before, totalAfter: after, why })

function changesOf(rescored: readonly Rescored[]) {
  const tally = new RescoreTally()
  rescored.forEach((each) => tally.add(each))
  return tally.changes()
}

describe('evals: what a re-score changes', () => {
  it('counts scores that rose, fell and stayed, and compares means over the same rollouts', () => {
    const changes = changesOf([one('a', 'g', 0, 1), one('b', 'g', 1, 0.5), one('c', 'g', 1, 1), one('d', 'g', null, 1), one('e', 'g', 1, null, 'late'), one('f', 'g', 1, null, 'late')])
    const { rollouts, notScorable, changed, higher, lower, becameRight, becameWrong, meanBefore, meanAfter, reasons } = changes
    assert.deepEqual({ rollouts, notScorable, changed, higher, lower, becameRight, becameWrong, reasons }, { rollouts: 6, notScorable: 2, changed: 2, higher: 1, lower: 1, becameRight: 1, becameWrong: 1, reasons: [{ why: 'late', count: 2 }] })
    assert.ok(Math.abs(meanBefore! - 2 / 3) < 1e-12 && Math.abs(meanAfter! - 2.5 / 3) < 1e-12)
  })

  it('says which rollouts a group-relative algorithm would push the other way, and which groups teach nothing', () => {
    const turned = [one('a', 'g', 1, 0), one('b', 'g', 0, 1), one('c', 'g', 0.5, 0.5)]
    const nowFlat = [one('d', 'h', 1, 1), one('e', 'h', 0, 1)]
    const changes = changesOf([...turned, ...nowFlat])
    assert.deepEqual([changes.turned, changes.groups, changes.flatBefore, changes.flatAfter], [2, 2, 0, 1])
  })

  it('lists the largest changes first, however many there are', () => {
    const many = Array.from({ length: 5000 }, (_, i) => one(`r${String(i).padStart(4, '0')}`, `g${i % 7}`, 0, ((i * 7919) % 5000) / 5000))
    const expected = [...many].sort((a, b) => b.after! - a.after!).slice(0, 20).map(({ id }) => id)
    assert.deepEqual(changesOf(many).largest.map(({ id }) => id), expected)
  })

  it('has no means of nothing', () => {
    const { meanBefore, meanTotalAfter, largest, groups } = changesOf([one('a', 'g', null, null, 'no')])
    assert.deepEqual([meanBefore, meanTotalAfter, largest, groups], [null, null, [], 0])
  })
})
