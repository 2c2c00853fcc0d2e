import assert from 'node:assert/strict'
import { LivePartials } from './livePartials.ts'

const partial = (sampleIndex: number, text: string, step = 1) => ({ step, kind: 'train' as const, group: 'g', sampleIndex, problem: 'p', text })

describe('LivePartials', () => {
  it('keeps the newest text of each completion', () => {
    const live = new LivePartials()
    live.add({ run: 'r', partials: [partial(0, 'a'), partial(1, 'b')] }, 0)
    live.add({ run: 'r', partials: [partial(0, 'ab')] }, 100)
    assert.deepEqual(live.at(100).map((text) => text.text), ['ab', 'b'])
  })

  it('forgets completions that fell silent', () => {
    const live = new LivePartials()
    live.add({ run: 'r', partials: [partial(0, 'old')] }, 0)
    live.add({ run: 'r', partials: [partial(1, 'new')] }, 9000)
    assert.deepEqual(live.at(5000).map((text) => text.text), ['old', 'new'])
    assert.deepEqual(live.at(9500).map((text) => text.text), ['new'])
  })

  it('forgets a step of a run once the next one is sampled, and shows the newest step first', () => {
    const live = new LivePartials()
    const evaluated = { ...partial(0, 'evaluated'), kind: 'evaluation' as const }
    live.add({ run: 'r', partials: [partial(0, 'first'), evaluated] }, 0)
    live.add({ run: 'other', partials: [partial(0, 'of another run')] }, 0)
    live.add({ run: 'r', partials: [partial(0, 'second', 2)] }, 100)
    assert.deepEqual(live.at(100).map((text) => text.text), ['second', 'evaluated', 'of another run'])
  })

  it('is bounded', () => {
    const live = new LivePartials()
    live.add({ run: 'r', partials: Array.from({ length: 1000 }, (_, index) => partial(index, 'x')) }, 0)
    assert.equal(live.at(0).length, 64)
  })
})
