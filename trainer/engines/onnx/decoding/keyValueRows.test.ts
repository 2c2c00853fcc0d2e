import assert from 'node:assert/strict'
import { tinyModels } from '../testing/tinyModels.ts'
import { BlockPool } from './keyValueRows.ts'

const config = tinyModels['Llama, tied head']!
const floatsOf = (rows: number, capacity: number): number => rows * config.keyValueHeads * capacity * config.headSize

describe('BlockPool', () => {
  it('lends memory of the size asked for, and none twice at a time', () => {
    const pool = new BlockPool(config)
    const blocks = [pool.lend(3, 4), pool.lend(3, 4), pool.lend(2, 4)]
    assert.deepEqual(blocks.map(({ tensors, capacity }) => [tensors.length, tensors[0]!.length, capacity]), [[4, floatsOf(3, 4), 4], [4, floatsOf(3, 4), 4], [4, floatsOf(2, 4), 4]])
    assert.equal(new Set(blocks.flatMap(({ tensors }) => tensors.map(({ buffer }) => buffer))).size, 12)
  })

  it('lends again only what is no longer in use', () => {
    const pool = new BlockPool(config)
    const [kept, done] = [pool.lend(3, 4), pool.lend(3, 4)]
    pool.keepOnly(new Set([kept]))
    const next = pool.lend(2, 4)
    assert.equal(next.tensors[0]!.buffer, done.tensors[0]!.buffer)
    assert.equal(next.tensors[0]!.length, floatsOf(2, 4))
    const fresh = pool.lend(3, 4)
    assert.ok([kept, next].every(({ tensors }) => tensors[0]!.buffer !== fresh.tensors[0]!.buffer))
    pool.keepOnly(new Set())
    assert.equal(pool.lend(9, 9).tensors[0]!.length, floatsOf(9, 9))
  })
})
