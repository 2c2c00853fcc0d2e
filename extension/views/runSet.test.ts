import assert from 'node:assert/strict'
import { restoreRunSet, RUNS_MOST, runSetKey } from './runSet.ts'

describe('the runs of a panel', () => {
  it('are the same panel in whatever order', () => {
    assert.equal(runSetKey({ runs: ['/b', '/a'] }), runSetKey({ runs: ['/a', '/b'] }))
    assert.notEqual(runSetKey({ runs: ['/a'] }), runSetKey({ runs: ['/a', '/b'] }))
  })

  it('come back after a reload, and nothing else does', () => {
    const most = Array.from({ length: RUNS_MOST }, (_, i) => `/${i}`)
    for (const runs of [['/a'], most]) assert.deepEqual(restoreRunSet({ runs, more: 1 }), { runs })
    for (const kept of [undefined, null, 'runs', [], {}, { runs: '/a' }, { runs: [] }, { runs: ['/a', 1] }, { runs: [...most, '/more'] }]) assert.equal(restoreRunSet(kept), undefined)
  })
})
