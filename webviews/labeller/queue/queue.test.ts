import assert from 'node:assert/strict'
import { labelOf } from '../labeller.fixture.ts'
import { LabelQueue } from './labelQueue.ts'
import { WrittenLabels } from './writtenLabels.ts'

const entry = (rollout: string, other?: string) => ({ rollout, ...(other !== undefined && { other }), qualityControl: false })
const anchor = { segment: 0, textHash: 'h', from: 0, to: 3 }

describe('the queue', () => {
  it('begins at its beginning, moves within its bounds, and is empty where there is nothing', () => {
    const queue = new LabelQueue()
    assert.equal(queue.length, 0)
    assert.equal(queue.peek(0), undefined)
    assert.equal(queue.move(1), false)
    queue.fill([entry('a'), entry('b')])
    assert.equal(queue.current?.rollout, 'a')
    assert.deepEqual([queue.move(-1), queue.move(1), queue.move(1)], [false, true, false])
    assert.equal(queue.current?.rollout, 'b')
  })

  it('keeps the place, or puts it in front where the order lacks it', () => {
    const queue = new LabelQueue()
    queue.fill([entry('a'), entry('b'), entry('c')], entry('b'))
    assert.deepEqual([queue.at, queue.length], [1, 3])
    queue.fill([entry('a'), entry('c')], entry('b'))
    assert.deepEqual([queue.current?.rollout, queue.at, queue.length], ['b', 0, 3])
  })

  it('goes to any rollout, and on from there', () => {
    const queue = new LabelQueue()
    queue.fill([entry('a'), entry('b')])
    queue.goTo(entry('x'))
    assert.deepEqual([queue.current?.rollout, queue.peek(1)?.rollout], ['x', 'a'])
    queue.goTo(entry('b'))
    assert.equal(queue.current?.rollout, 'b')
  })
})

describe('what was written here', () => {
  const verdict = (right: boolean) => ({ kind: 'verdict', right } as const)
  it('shows before the readers have it, once, and without what it replaced or deleted', () => {
    const written = new WrittenLabels()
    const old = labelOf({ rollout: 'r', anchor, opinion: verdict(true) }, 'old')
    const other = labelOf({ rollout: 'r', anchor, opinion: { kind: 'flag', reason: '' } }, 'flag')
    const edited = labelOf({ rollout: 'r', anchor, opinion: verdict(false), replaces: 'old' }, 'new')
    written.add([edited, labelOf({ rollout: 'r', anchor, opinion: { kind: 'deleted', of: 'flag' } }, 'del')])
    assert.deepEqual(written.over([old, other], 'r').map(({ id }) => id), ['new'])
    assert.deepEqual(written.over([edited], 'r').map(({ id }) => id), ['new'])
    assert.deepEqual(written.over([old], 'elsewhere').map(({ id }) => id), ['old'])
    written.forget('r')
    assert.deepEqual(written.over([old], 'r').map(({ id }) => id), ['old'])
  })

  it('is gone where it was taken back elsewhere after the readers had it', () => {
    const written = new WrittenLabels()
    const mine = labelOf({ rollout: 'r', anchor, opinion: verdict(true) }, 'mine')
    written.add([mine])
    assert.deepEqual(written.over([], 'r').map(({ id }) => id), ['mine'])
    assert.deepEqual(written.over([mine], 'r').map(({ id }) => id), ['mine'])
    assert.deepEqual(written.over([], 'r'), [])
  })
})
