import assert from 'node:assert/strict'
import type { SearchHit } from '../../../trainer/protocol/rolloutViews.ts'
import type { SearchState } from '../inspectorModel.ts'
import { hitsFound, rowsSearched } from './searchWords.ts'

const search = (hits: number, searched: number, state: SearchState['state']): SearchState => ({ text: 'x', hits: Array<SearchHit>(hits).fill({} as SearchHit), searched, state })

describe('the words of a search', () => {
  it('count all hits only where all rows were searched', () => {
    assert.deepEqual([hitsFound(search(1, 9000, 'complete')), rowsSearched(search(1, 9000, 'complete'), 9000)], ['1 hit', 'all 9,000 rows searched'])
    const cut = search(500, 1234, 'cut')
    assert.equal(hitsFound(cut), 'First 500 hits')
    assert.match(rowsSearched(cut, 9000), /^stopped at row 1,234 of 9,000: /)
  })

  it('say how far it has come, also where it failed', () => {
    assert.equal(rowsSearched(search(0, 256, 'searching'), 9000), '256 of 9,000 searched…')
    assert.equal(rowsSearched(search(0, 256, 'failed'), 9000), '256 of 9,000 searched')
  })
})
