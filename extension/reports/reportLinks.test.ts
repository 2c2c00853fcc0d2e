import assert from 'node:assert/strict'
import { linkPlaces } from './reportLinks.ts'

describe('reports: links', () => {
  it('stand wherever their text stands alone', () => {
    const report = 'rollout  before\nt1-00    0\nt1-000   1\nt1-00    2'
    assert.deepEqual(linkPlaces(report, [{ text: 't1-00', target: 'a' }, { text: 't9', target: 'b' }]), [{ from: 16, to: 21, target: 'a' }, { from: 38, to: 43, target: 'a' }])
  })

  it('are not made of what a pattern would mean', () => {
    assert.deepEqual(linkPlaces('a.c abc', [{ text: 'a.c', target: 1 }]), [{ from: 0, to: 3, target: 1 }])
    assert.deepEqual(linkPlaces('', []), [])
  })
})
