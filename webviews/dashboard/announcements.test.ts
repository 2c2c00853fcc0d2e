import assert from 'node:assert/strict'
import { Announcer } from './announcements.ts'
import { card, seriesOf, warning, watched } from './runs.fixture.ts'

describe('announcements', () => {
  it('say changes of state, never steps', () => {
    const announcer = new Announcer()
    const run = watched()
    assert.equal(announcer.changesOf(run), undefined)
    run.card = card({ step: 4 })
    assert.equal(announcer.changesOf(run), undefined)
    run.card = card({ status: 'failed' })
    run.error = { code: 'c', message: 'No memory.', remedy: '' }
    assert.equal(announcer.changesOf(run), 'Run chain: failed. No memory.')
    assert.equal(announcer.changesOf(run), undefined)
    run.gone = true
    assert.match(announcer.changesOf(run)!, /deleted or moved/)
  })

  it('say new warnings once, and none of those that were there', () => {
    const announcer = new Announcer()
    const run = watched({ loading: true })
    announcer.changesOf(run)
    run.series = seriesOf({}, [warning('2026-01-01T00:00:01Z', 'old')])
    run.loading = false
    assert.equal(announcer.changesOf(run), undefined)
    run.series = seriesOf({}, [warning('2026-01-01T00:00:01Z', 'old'), warning('2026-01-01T00:00:02Z', 'new')])
    assert.equal(announcer.changesOf(run), 'Run chain: warning. new')
    assert.equal(announcer.changesOf(run), undefined)
  })
})
