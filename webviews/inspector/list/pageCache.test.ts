import assert from 'node:assert/strict'
import { PageCache } from './pageCache.ts'
import type { LoadedPage } from './pageCache.ts'

interface Asked {
  readonly offset: number
  readonly signal: AbortSignal
  readonly answer: (page: LoadedPage<string>) => void
  readonly fail: (error: Error) => void
}

function cacheOf(keep: number) {
  const asked: Asked[] = []
  const errors: unknown[] = []
  let changes = 0
  const cache = new PageCache<string>({
    pageRows: 10,
    keep,
    load: (offset, _, signal) => new Promise((answer, fail) => asked.push({ offset, signal, answer, fail })),
    onChange: () => changes++,
    onError: (error) => errors.push(error)
  })
  cache.renew(1)
  return { cache, asked, errors, changes: () => changes }
}

const rowsFrom = (offset: number, mark = '') => Array.from({ length: 10 }, (_, index) => `${offset + index}${mark}`)
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('PageCache', () => {
  it('loads the pages of the rows wanted, once', async () => {
    const { cache, asked } = cacheOf(10)
    cache.want(15, 35)
    cache.want(15, 35)
    assert.deepEqual(asked.map((each) => each.offset), [10, 20, 30])
    asked[0]?.answer({ generation: 1, rows: rowsFrom(10) })
    await settled()
    assert.equal(cache.row(17), '17')
    assert.equal(cache.row(27), undefined)
  })

  it('asks for no first page that came with the list, and for it again once the list has changed', async () => {
    const { cache, asked } = cacheOf(10)
    cache.want(0, 10)
    cache.renew(2)
    cache.begin(rowsFrom(0, 'b'))
    cache.want(0, 20)
    assert.deepEqual(asked.map((each) => each.offset), [0, 10])
    asked[0]?.answer({ generation: 1, rows: rowsFrom(0, 'a') })
    await settled()
    assert.equal(cache.row(3), '3b')
    cache.renew(3)
    cache.want(0, 10)
    assert.deepEqual(asked.map((each) => each.offset), [0, 10, 0])
    assert.equal(cache.row(3), '3b')
  })

  it('gives up pages that were scrolled past, and asks again when they come back', () => {
    const { cache, asked } = cacheOf(10)
    cache.want(0, 10)
    cache.want(500, 510)
    assert.equal(asked[0]?.signal.aborted, true)
    cache.want(0, 10)
    assert.deepEqual(asked.map((each) => each.offset), [0, 500, 0])
  })

  it('keeps no more pages than it may, the newest looked at', async () => {
    const { cache, asked } = cacheOf(3)
    for (let page = 0; page < 8; page++) {
      cache.want(page * 10, page * 10 + 10)
      asked.at(-1)?.answer({ generation: 1, rows: rowsFrom(page * 10) })
      await settled()
    }
    assert.equal(cache.pages, 3)
    assert.equal(cache.row(0), undefined)
    assert.equal(cache.row(75), '75')
  })

  it('keeps more where more are in view', () => {
    const { cache } = cacheOf(2)
    cache.want(0, 50)
    assert.equal(cache.pages, 5)
  })

  it('shows old rows of a changed list until the new ones are there', async () => {
    const { cache, asked } = cacheOf(5)
    cache.want(0, 10)
    asked[0]?.answer({ generation: 1, rows: rowsFrom(0) })
    await settled()
    cache.renew(2)
    assert.equal(cache.row(3), '3')
    cache.want(0, 10)
    asked[1]?.answer({ generation: 2, rows: rowsFrom(0, 'new') })
    await settled()
    assert.equal(cache.row(3), '3new')
  })

  it('takes no answer of an earlier generation', async () => {
    const { cache, asked } = cacheOf(5)
    cache.want(0, 10)
    cache.renew(2)
    asked[0]?.answer({ generation: 1, rows: rowsFrom(0, 'old') })
    await settled()
    assert.equal(cache.row(3), undefined)
  })

  it('tells of failures, not of what it gave up itself', async () => {
    const { cache, asked, errors } = cacheOf(5)
    cache.want(0, 10)
    cache.want(100, 110)
    asked[0]?.fail(new Error('given up'))
    asked[1]?.fail(new Error('broken'))
    await settled()
    assert.deepEqual(errors.map((error) => (error as Error).message), ['broken'])
  })
})
