import assert from 'node:assert/strict'
import fc from 'fast-check'
import { NoticeQueue } from './noticeQueue.ts'
import type { Notice, QueuedNotice } from './noticeQueue.ts'

const partial = (sampleIndex: number, text: string): Notice => ({ notice: 'partial', params: { step: 1, kind: 'train', group: 'g', sampleIndex, problem: 'p', text } })
const recorded = (rollouts: number): Notice => ({ notice: 'recorded', params: { step: 1, kind: 'train', rollouts } })
const event = (step: number): Notice => ({ notice: 'event', params: { version: 1, at: '2026-01-01T00:00:00Z', type: 'runPaused', step } })
const sized = (item: Notice, size = 10): QueuedNotice => ({ item, size })

const drain = (queue: NoticeQueue): Notice[] => {
  const all: Notice[] = []
  for (let item = queue.take(); item; item = queue.take()) all.push(item)
  return all
}

describe('what waits for one client', () => {
  it('is the newest of what replaces itself, and every event in order', () => {
    const queue = new NoticeQueue()
    for (const item of [event(1), partial(0, 'a'), recorded(1), partial(1, 'x'), event(2), partial(0, 'ab'), recorded(2)]) queue.push(sized(item))
    assert.deepEqual(drain(queue), [event(1), partial(1, 'x'), event(2), partial(0, 'ab'), recorded(2)])
  })

  it('gives up partial texts where room is short, events never', () => {
    const queue = new NoticeQueue(100)
    for (let i = 0; i < 8; i++) queue.push(sized(partial(i, 'text')))
    for (let i = 0; i < 5; i++) queue.push(sized(event(i)))
    const left = drain(queue)
    assert.deepEqual(left.filter(({ notice }) => notice === 'event'), [0, 1, 2, 3, 4].map(event))
    assert.equal(left.length, 10)
    assert.equal(queue.overflowed, false)
  })

  it('overflows where events alone are too many, and holds nothing from then on', () => {
    const queue = new NoticeQueue(100)
    for (let i = 0; i < 11; i++) queue.push(sized(event(i)))
    assert.equal(queue.overflowed, true)
    queue.push(sized(event(12)))
    assert.equal(queue.length, 0)
  })

  it('keeps its limit whatever comes', () => {
    const any = fc.oneof(fc.record({ kind: fc.constant('partial'), at: fc.nat(30), size: fc.nat(40) }), fc.record({ kind: fc.constant('event'), at: fc.nat(30), size: fc.nat(40) }))
    fc.assert(fc.property(fc.array(any, { maxLength: 200 }), (pushes) => {
      const queue = new NoticeQueue(300)
      const sizes = new Map<Notice, number>()
      for (const { kind, at, size } of pushes) {
        const item = kind === 'partial' ? partial(at, 'x') : event(at)
        sizes.set(item, size)
        queue.push({ item, size })
      }
      return drain(queue).reduce((sum, item) => sum + sizes.get(item)!, 0) <= 300
    }))
  })
})
