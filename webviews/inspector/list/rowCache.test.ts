import assert from 'node:assert/strict'
import type { RolloutPlace } from '../../protocol/inspector.ts'
import { RowCache } from './rowCache.ts'

const place = (id: string, run = 'run') => ({ run, id })

/** Waits until the cache told of a change. */
function cacheOf(load: (rollouts: readonly RolloutPlace[]) => Promise<readonly (string | null)[]>, absentMs?: number) {
  const waiting: (() => void)[] = []
  const cache = new RowCache<string>(load, () => waiting.splice(0).forEach((told) => told()), absentMs)
  return { cache, changed: () => new Promise<void>((resolve) => waiting.push(resolve)) }
}

describe('values of rows', () => {
  it('are asked for once, in one batch, and null where there is none', async () => {
    const asked: string[][] = []
    const { cache, changed } = cacheOf((rollouts) => (asked.push(rollouts.map(({ id }) => id)), Promise.resolve(rollouts.map(({ id }) => (id === 'c' ? null : id.toUpperCase())))))
    const told = changed()
    assert.deepEqual(['a', 'b', 'a', 'c'].map((id) => cache.get(place(id))), [undefined, undefined, undefined, undefined])
    await told
    assert.deepEqual(['a', 'b', 'c'].map((id) => cache.get(place(id))), ['A', 'B', null])
    assert.deepEqual(asked, [['a', 'b', 'c']])
  })

  it('that there were none of are asked for again where they may come, and stay none until they do', async () => {
    let value: string | null = null
    const { cache, changed } = cacheOf((rollouts) => Promise.resolve(rollouts.map(() => value)), 0)
    const told = changed()
    cache.get(place('a'))
    await told
    value = 'here'
    const again = changed()
    assert.equal(cache.get(place('a')), null)
    await again
    assert.equal(cache.get(place('a')), 'here')
  })

  it('that there were none of are not asked for again with every drawing', async () => {
    let calls = 0
    const { cache, changed } = cacheOf((rollouts) => (calls++, Promise.resolve(rollouts.map(() => null))), 60_000)
    const told = changed()
    cache.get(place('a'))
    await told
    const other = changed()
    assert.deepEqual([cache.get(place('a')), cache.get(place('b'))], [null, undefined])
    await other
    assert.deepEqual([cache.get(place('a')), cache.get(place('b')), calls], [null, null, 2])
  })

  it('stay while they are asked for anew, those of other runs untouched', async () => {
    let version = 1
    const asked: string[][] = []
    const { cache, changed } = cacheOf((rollouts) => (asked.push(rollouts.map(({ run, id }) => `${run} ${id}`)), Promise.resolve(rollouts.map(() => `v${version}`))))
    const told = changed()
    for (const each of [place('a'), place('b'), place('a', 'other')]) cache.get(each)
    await told
    version = 2
    const again = changed()
    cache.renew('run', ['a', 'never seen'])
    assert.equal(cache.get(place('a')), 'v1')
    await again
    assert.deepEqual([cache.get(place('a')), cache.get(place('b')), cache.get(place('a', 'other'))], ['v2', 'v1', 'v1'])
    const all = changed()
    cache.renew('run', [])
    await all
    assert.deepEqual(asked.slice(1), [['run a'], ['run a', 'run b']])
  })

  it('are asked for again after a failure, when they are looked at', async () => {
    let failed = (): void => undefined
    const failure = new Promise<void>((resolve) => (failed = resolve))
    let calls = 0
    const { cache, changed } = cacheOf((rollouts) => {
      if (++calls > 1) return Promise.resolve(rollouts.map(() => 'here'))
      setImmediate(failed)
      return Promise.reject(new Error('gone'))
    })
    cache.get(place('a'))
    await failure
    const told = changed()
    assert.equal(cache.get(place('a')), undefined)
    await told
    assert.equal(cache.get(place('a')), 'here')
  })
})
