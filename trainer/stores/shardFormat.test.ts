import assert from 'node:assert/strict'
import { rowsOfGroup, shardFormat, weightOf } from './shardFormat.ts'

const KILOBYTE = 1024
const all = (rows: number, kilobytes: number): number[] => new Array<number>(rows).fill(kilobytes * KILOBYTE)

describe('row groups of a shard', () => {
  it('are of 2,048 rollouts of ordinary length', () => {
    assert.equal(rowsOfGroup([]), 2048)
    assert.equal(rowsOfGroup(all(50_000, 29)), 2048)
    assert.equal(rowsOfGroup(all(10, 5000)), 2048, 'ten of any length are less than is held in memory anyway')
  })

  it('get the smaller the longer rollouts are, down to one', () => {
    assert.equal(rowsOfGroup(all(3400, 66)), 372)
    assert.equal(rowsOfGroup(all(300, 768)), 32)
    assert.equal(rowsOfGroup(all(20, 40_000)), 1)
  })

  it('go by the heaviest stretch, not by the mean', () => {
    const weights = [...all(40_000, 10), ...all(300, 768), ...all(9000, 10)]
    assert.equal(rowsOfGroup(weights), 32)
  })

  it('count numbers by what they take in columns, where their text is short', () => {
    const record = { segments: [{ tokens: [1, 2] }, { tokens: [3] }] }
    assert.equal(weightOf(100, record), 3 * 96)
    assert.equal(weightOf(1000, record), 1000)
    for (const strange of [{}, { segments: 3 }, { segments: [null, { tokens: 'x' }] }]) assert.equal(weightOf(7, strange), 7)
  })

  it('of the index stay long: its rows are narrow', () => {
    assert.match(shardFormat('index', 3), /ROW_GROUP_SIZE 50000/)
    assert.match(shardFormat('shard', 3), /ROW_GROUP_SIZE 3\)/)
    assert.match(shardFormat('text'), /ROW_GROUP_SIZE 2048/)
  })
})
