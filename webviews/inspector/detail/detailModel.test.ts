import assert from 'node:assert/strict'
import { DetailModel } from './detailModel.ts'

const [one, other] = [{ run: '/r', id: 'a' }, { run: '/r', id: 'b' }]

describe('what is open beside the list', () => {
  let changes = 0
  let detail: DetailModel
  beforeEach(() => {
    changes = 0
    detail = new DetailModel(() => changes++)
  })

  it('is a rollout or a group, and tells of each change', () => {
    detail.openRollout(one, 'history', 7)
    assert.deepEqual([detail.place, detail.groupPlace, detail.tab, detail.at, changes], [one, undefined, 'history', 7, 1])
    detail.openRollout(other)
    assert.deepEqual([detail.place, detail.tab, detail.at], [other, 'rollout', -1])
    detail.openGroup({ run: '/r', group: 'g', attempt: 1 })
    assert.deepEqual([detail.place, detail.groupPlace?.group, detail.tab, detail.isOpen, changes], [undefined, 'g', 'group', true, 3])
  })

  it('is closed on the way back; a narrow page shows the list first', () => {
    detail.openRollout(one)
    detail.back(true)
    assert.deepEqual([detail.place, detail.inFront], [one, false])
    detail.back(true)
    assert.equal(detail.isOpen, false)
    detail.openRollout(one)
    detail.back(false)
    assert.equal(detail.isOpen, false)
  })

  it('compares the rollout that was marked with the next', () => {
    assert.equal(detail.mark(), undefined)
    detail.openRollout(one)
    assert.equal(detail.mark(), 'marked')
    assert.equal(detail.mark(), 'unmarked')
    detail.mark()
    detail.openRollout(other)
    assert.deepEqual(detail.mark(), { left: one, right: other })
    assert.equal(detail.marked, undefined)
  })

  it('begins as it was kept, and with nothing new to keep', () => {
    detail.openRollout(one, 'history')
    detail.display({ mode: 'entropy', rich: true })
    detail.mark()
    changes = 0
    const again = new DetailModel(() => changes++)
    again.begin(detail.saved)
    assert.deepEqual([again.saved, again.inFront, changes], [detail.saved, true, 0])
    detail.openGroup({ run: '/r', group: 'g', attempt: 1 })
    again.begin(detail.saved)
    assert.deepEqual([again.groupPlace, again.marked, again.inFront], [{ run: '/r', group: 'g', attempt: 1 }, one, true])
    again.begin({})
    assert.deepEqual([again.place, again.mode, again.inFront], [undefined, 'entropy', false])
  })
})
