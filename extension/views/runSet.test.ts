import assert from 'node:assert/strict'
import { RUNS_MOST } from '../../trainer/protocol/queries.ts'
import { restoreRunSet, runSetKey, runSetOf } from './runSet.ts'

describe('the runs of a panel', () => {
  it('are the same panel in whatever order', () => {
    assert.equal(runSetKey({ runs: ['/b', '/a'] }), runSetKey({ runs: ['/a', '/b'] }))
    assert.notEqual(runSetKey({ runs: ['/a'] }), runSetKey({ runs: ['/a', '/b'] }))
  })

  it('are each there once, up to a limit; how many are left out is known, also after a reload', () => {
    const asked = Array.from({ length: RUNS_MOST + 3 }, (_, i) => `/${i}`)
    const set = runSetOf([...asked, '/0'])
    assert.deepEqual(set, { runs: asked.slice(0, RUNS_MOST), leftOut: 3 })
    assert.deepEqual(restoreRunSet(structuredClone(set)), set)
    assert.deepEqual(runSetOf(['/a', '/a', '/b']), { runs: ['/a', '/b'] })
    for (const leftOut of [-1, 0.5, 'many', null]) assert.deepEqual(restoreRunSet({ runs: ['/a'], leftOut }), { runs: ['/a'] })
  })

  it('come back after a reload, and nothing else does', () => {
    const most = Array.from({ length: RUNS_MOST }, (_, i) => `/${i}`)
    for (const runs of [['/a'], most]) assert.deepEqual(restoreRunSet({ runs, more: 1 }), { runs })
    for (const kept of [undefined, null, 'runs', [], {}, { runs: '/a' }, { runs: [] }, { runs: ['/a', 1] }, { runs: [...most, '/more'] }]) assert.equal(restoreRunSet(kept), undefined)
  })
})
