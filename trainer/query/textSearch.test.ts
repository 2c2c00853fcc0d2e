import assert from 'node:assert/strict'
import type { SearchHit } from '../protocol/rolloutViews.ts'
import { rollout } from '../stores/fixtures.ts'
import { runOfStep } from './listedRun.fixture.ts'
import { QueryState } from './queryState.ts'
import { patternOf, searchTexts } from './textSearch.ts'

const PUNCTUATION = Array.from({ length: 0x7f - 0x21 }, (_, i) => String.fromCharCode(0x21 + i)).filter((one) => /[^0-9a-z]/i.test(one))

describe('the pattern of a search', () => {
  for (const mark of PUNCTUATION) {
    it(`finds ${mark} and nothing else`, () => {
      const text = `a ${mark}${mark} b`
      assert.equal(patternOf(mark).exec(text)?.index, 2)
      assert.equal(patternOf(`${mark} B`).exec(text)?.[0], `${mark} b`)
      const other = mark === '#' ? '!' : '#'
      assert.equal(patternOf(mark).exec(`a ${other} b`), null)
    })
  }

  it('finds all of them together', () => {
    const all = PUNCTUATION.join('')
    assert.equal(PUNCTUATION.length, 32)
    assert.equal(patternOf(all).exec(`x${all}y`)?.index, 1)
  })

  it('takes no account of case', () => {
    assert.equal(patternOf('ÄB-21').exec('say äb-21')?.index, 4)
  })
})

describe('a search that finds more than it may tell', () => {
  /** Rollouts of which each second one has the text. */
  const rollouts = Array.from({ length: 10 }, (_, sample) => {
    const one = rollout({ step: 1, sample, tokens: 2 })
    return { ...one, segments: one.segments.map((segment) => ({ ...segment, text: sample % 2 === 0 ? 'needle' : 'hay' })) }
  })

  async function found(limit: number): Promise<{ readonly hits: readonly SearchHit[]; readonly searched: number; readonly complete: boolean }> {
    const state = QueryState.open()
    const { signal } = new AbortController()
    try {
      const { view } = await state.openView([await runOfStep(rollouts, false)], { filter: {}, sort: { by: 'recorded', descending: false }, by: 'rollouts', follow: false }, 0, signal)
      const hits: SearchHit[] = []
      const { searched, complete } = await searchTexts(
        state.db, { ...(await state.view(view).searchable(signal)), runs: state.view(view).named, text: 'needle', limit }, (progress) => hits.push(...progress.hits), signal
      )
      return { hits, searched, complete }
    } finally {
      state.close()
    }
  }

  it('ends with the last hit that it tells of, and is not complete', async () => {
    const { hits, searched, complete } = await found(3)
    assert.deepEqual([hits.map(({ position }) => position), searched, complete], [[0, 2, 4], 5, false])
  })

  it('is complete where it tells of all', async () => {
    const { hits, searched, complete } = await found(5)
    assert.deepEqual([hits.map(({ position }) => position), searched, complete], [[0, 2, 4, 6, 8], 10, true])
  })
})
