import assert from 'node:assert/strict'
import type { GroupRow, RolloutRow, ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import type { RolloutPlace } from '../protocol/inspector.ts'
import { DetailModel } from './detail/detailModel.ts'
import { ListSelection } from './listSelection.ts'

const PAGE = 100

/** A list of which the first page is loaded, with rollouts called after their positions. */
function page() {
  const rows = new Map<number, RolloutRow | GroupRow>()
  const load = (from: number, mark = ''): void => Array.from({ length: PAGE }, (_, index) => from + index).forEach((at) => rows.set(at, { run: '/r', id: `${at}${mark}` } as RolloutRow))
  load(0)
  const positions = new Map<string, number>()
  const list = { info: { view: 'v', generation: 1 } as ViewInfo, pages: { row: (position: number) => rows.get(position) }, positionOf: ({ id }: RolloutPlace) => Promise.resolve(positions.get(id) ?? null) }
  const detail = new DetailModel(() => undefined)
  const revealed: number[] = []
  const selection = new ListSelection({ list: () => list, detail, reveal: (position) => revealed.push(position), onChange: () => undefined })
  selection.listChanged()
  const renew = (): void => {
    list.info = { ...list.info, generation: list.info.generation + 1 }
    selection.listChanged()
  }
  return { rows, load, positions, detail, selection, revealed, renew }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the row that is selected', () => {
  it('is opened as the rollout or the group that it is of', () => {
    const { rows, detail, selection } = page()
    selection.openSelected()
    assert.equal(detail.isOpen, false)
    selection.open(7)
    assert.deepEqual([selection.position, detail.place], [7, { run: '/r', id: '7' }])
    rows.set(8, { run: '/r', group: 'g', attempt: 2 } as GroupRow)
    selection.open(8)
    assert.deepEqual([detail.place, detail.groupPlace], [undefined, { run: '/r', group: 'g', attempt: 2 }])
  })

  it('is read along where there is room and something is being read', () => {
    const { detail, selection } = page()
    selection.move(1, false)
    assert.deepEqual([selection.position, detail.isOpen], [1, false])
    selection.openSelected()
    selection.move(2, false)
    assert.deepEqual([selection.position, detail.place?.id], [2, '2'])
    selection.move(3, true)
    assert.deepEqual([selection.position, detail.place?.id], [3, '2'])
  })

  it('moves with the rollout that is read', async () => {
    const { positions, selection, revealed, renew } = page()
    selection.open(7)
    positions.set('7', 9)
    renew()
    await settled()
    assert.deepEqual([selection.position, revealed], [9, []])
    positions.set('7', 40)
    await selection.revealPlace()
    assert.deepEqual([selection.position, revealed], [40, [40]])
    positions.delete('7')
    renew()
    await settled()
    assert.equal(selection.position, -1)
  })

  it('stays with people who went on while its place was asked for', async () => {
    const { positions, selection, renew } = page()
    selection.open(7)
    positions.set('7', 9)
    renew()
    selection.open(20)
    await settled()
    assert.equal(selection.position, 20)
  })
})

describe('a row that is opened before its page is there', () => {
  const awaited = () => {
    const made = page()
    made.selection.open(250)
    assert.deepEqual([made.selection.position, made.detail.isOpen], [250, false])
    const arrive = (): void => {
      made.load(200)
      made.selection.listChanged()
    }
    return { ...made, arrive }
  }

  it('is open as soon as the page is there, once', () => {
    const { load, detail, selection, arrive } = awaited()
    load(100)
    selection.listChanged()
    assert.equal(detail.isOpen, false)
    arrive()
    assert.deepEqual(detail.place, { run: '/r', id: '250' })
    detail.back(false)
    selection.listChanged()
    assert.equal(detail.isOpen, false)
  })

  it('is open under the tab that was asked for', () => {
    const { rows, detail, selection, arrive } = awaited()
    selection.openSelected('history')
    detail.setTab('history')
    arrive()
    assert.deepEqual([detail.place?.id, detail.tab], ['250', 'history'])
    selection.open(300, 'rollout')
    rows.set(300, { run: '/r', group: 'g', attempt: 1 } as GroupRow)
    selection.listChanged()
    assert.deepEqual([detail.groupPlace?.group, detail.tab], ['g', 'rollout'])
  })

  it('is not where people went on meanwhile', () => {
    const goOn: ((made: ReturnType<typeof awaited>) => void)[] = [
      ({ selection }) => selection.move(251, false), ({ selection }) => selection.clear(), ({ selection }) => selection.giveUp(), ({ detail }) => detail.openRollout({ run: '/r', id: 'hit' })
    ]
    for (const each of goOn) {
      const made = awaited()
      each(made)
      const { place } = made.detail
      made.arrive()
      assert.equal(made.detail.place, place)
    }
  })

  it('stays selected where rows move, though another is still being read', async () => {
    const { load, positions, detail, selection, renew } = page()
    selection.open(7)
    positions.set('7', 9)
    renew()
    selection.move(250, false)
    await settled()
    assert.equal(selection.position, 250)
    renew()
    await settled()
    assert.deepEqual([selection.position, detail.place?.id], [250, '7'])
    load(200, ' new')
    selection.listChanged()
    assert.deepEqual([selection.position, detail.place?.id], [250, '250 new'])
  })

  it('lets a rollout that was opened meanwhile be found in the list', async () => {
    const { positions, detail, selection, revealed } = awaited()
    detail.openRollout({ run: '/r', id: 'hit' })
    positions.set('hit', 33)
    await selection.revealPlace()
    assert.deepEqual([selection.position, revealed], [33, [33]])
  })
})
