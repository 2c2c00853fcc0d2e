import assert from 'node:assert/strict'
import type { InspectorStart } from '../protocol/inspector.ts'
import { DetailModel } from './detail/detailModel.ts'
import type { InspectorModel } from './inspectorModel.ts'
import { KeptView } from './keptView.ts'

const NOTHING_ASKED: InspectorStart = { runs: [], filter: {}, follow: false, rollout: undefined, saved: undefined }
const read = { run: '/r', id: 'a' }

/** A page that is loaded, and what it was told to keep. */
function page() {
  const saved: unknown[] = []
  const host = { connection: { saveState: (state: unknown) => void saved.push(state) }, filtersOpen: false, addController: () => undefined, removeController: () => undefined, requestUpdate: () => undefined, updateComplete: Promise.resolve(true) }
  const model = { filter: {}, sort: { by: 'recorded', descending: true }, by: 'rollouts', follow: false } as InspectorModel
  const detail = new DetailModel(() => undefined)
  const list = { top: 0, scrollToTop: (top: number) => void (list.top = top) }
  const kept = new KeptView(host, { model: () => model, detail, list: () => list })
  return { saved, host, model, detail, list, kept }
}

describe('what the inspector keeps', () => {
  it('comes back: list, place, rollout, and a search that begins anew', async () => {
    const before = page()
    before.kept.begin(before.model, NOTHING_ASKED)
    Object.assign(before.model, { filter: { correct: 'right' }, by: 'groups', typed: 'half a w', search: { text: 'x' } })
    before.detail.openRollout(read, 'history')
    before.host.filtersOpen = true
    before.list.top = 12.5
    before.kept.save()
    const { host, model, detail, list, kept } = page()
    kept.begin(model, { ...NOTHING_ASKED, saved: structuredClone(before.saved.at(-1)) })
    assert.deepEqual([model.filter, model.by, model.typed, model.search], [{ correct: 'right' }, 'groups', 'half a w', { text: 'x', hits: [], searched: 0, state: 'searching' }])
    assert.deepEqual([detail.place, detail.tab, host.filtersOpen], [read, 'history', true])
    model.info = {} as InspectorModel['info']
    kept.modelChanged()
    await host.updateComplete
    assert.equal(list.top, 12.5)
  })

  it('keeps the place that it has not gone back to yet', () => {
    const { saved, model, kept } = page()
    kept.begin(model, { ...NOTHING_ASKED, saved: { version: 1, top: 40 } })
    kept.save()
    assert.equal((saved[0] as { top: number }).top, 40)
  })

  it('stands back where the page is opened for something', () => {
    const { model, detail, kept } = page()
    kept.begin(model, { ...NOTHING_ASKED, rollout: read, saved: { version: 1, filter: { correct: 'wrong' }, place: { run: '/r', id: 'b' }, top: 40 } })
    assert.deepEqual([model.filter, detail.place], [{}, read])
  })
})
