import assert from 'node:assert/strict'
import { FakeHost, opened, opinions, press } from './labellerHost.fixture.ts'

describe('labelling a 12-step trace by keyboard', () => {
  for (let error = 1; error <= 12; error++) {
    it(`takes at most 8 keys beside the critique’s text with the error at step ${error}`, async () => {
      const host = new FakeHost()
      const model = await opened(host)
      const keys = [...(error === 10 ? ['9', 'ArrowDown'] : [...String(error)]), '-', 'c']
      // Ctrl+Enter is two keys.
      assert.ok(keys.length + 2 <= 8)
      for (const key of keys) await press(model, key)
      model.act((open) => void open.typed('Off by one.'))
      await press(model, 'Enter', true)
      const step = error - 1
      assert.deepEqual(opinions(host.commits[0]), [
        { kind: 'stepRating', rating: -1, at: step }, { kind: 'critique', text: 'Off by one.', at: step }, { kind: 'firstError', step }, { kind: 'verdict', right: false }, { kind: 'completed' }
      ])
      assert.equal(model.open?.item.rollout.id, 'b')
    })
  }

  it('takes two keys where no step is wrong', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await press(model, 'n')
    await press(model, 'Enter', true)
    assert.deepEqual(opinions(host.commits[0]), [{ kind: 'firstError', step: null }, { kind: 'verdict', right: true }, { kind: 'completed' }])
  })
})

describe('stopping at the first error', () => {
  it('rates nothing after it, unless that is switched off', async () => {
    const model = await opened(new FakeHost())
    for (const key of ['3', '-', '5', '+']) await press(model, key)
    assert.match(model.said, /stops at the first error, step 3/)
    assert.deepEqual([...model.open!.judgement.changes.keys()], ['rating:2'])
    await model.change({ stopAtFirstError: false })
    for (const key of ['5', '+']) await press(model, key)
    assert.ok(model.open!.judgement.changes.has('rating:4'))
  })

  it('lets a rating be taken back by giving it again, and with it what followed', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    for (const key of ['3', '-']) await press(model, key)
    await press(model, 'Enter')
    for (const key of ['-']) await press(model, key)
    await press(model, 'Enter')
    assert.deepEqual(opinions(host.commits[1]), [{ kind: 'deleted', of: '1-0', at: 2 }, { kind: 'deleted', of: '1-1' }, { kind: 'deleted', of: '1-2' }])
  })
})

describe('committing', () => {
  it('writes only what is new, without completing', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await press(model, '+')
    await press(model, 'Enter')
    await press(model, 'Enter')
    assert.deepEqual(host.commits.map(opinions), [[{ kind: 'stepRating', rating: 1, at: 0 }]])
    assert.equal(model.open?.item.rollout.id, 'a')
    assert.match(model.said, /Nothing new/)
  })

  it('keeps what was said where the disk refuses, and says so', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    host.failing = true
    await press(model, '-')
    await press(model, 'Enter', true)
    assert.match(model.said, /The disk is full. Free some space/)
    assert.equal(model.open?.item.rollout.id, 'a')
    assert.equal(model.open.judgement.changes.size, 1)
    host.failing = false
    await press(model, 'Enter', true)
    assert.equal(model.open?.item.rollout.id, 'b')
  })

  it('lets no key that is pressed meanwhile land on the wrong item', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    let release = () => undefined as void
    host.gate = new Promise((resolve) => (release = () => resolve()))
    await press(model, '-')
    const completing = press(model, 'Enter', true)
    const next = [press(model, '2'), press(model, '+')]
    release()
    await Promise.all([completing, ...next])
    await model.commit()
    assert.deepEqual(host.commits.map((commit) => [commit[0]!.rollout, opinions(commit)[0]]), [['a', { kind: 'stepRating', rating: -1, at: 0 }], ['b', { kind: 'stepRating', rating: 1, at: 1 }]])
  })

  it('completes nothing of which nothing was said', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await press(model, 'Enter', true)
    assert.deepEqual([host.commits.length, model.open?.item.rollout.id], [0, 'a'])
    assert.match(model.said, /Nothing was said/)
  })

  it('completes no label set with a required field left out', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await model.change({ labelSet: 'quality' })
    model.act((open) => void open.moveTo(open.rows.findIndex((row) => row.kind === 'field' && row.field.name === 'clarity')))
    await press(model, '4')
    await press(model, 'Enter', true)
    assert.match(model.said, /Kind of error is not answered yet/)
    model.act((open) => void open.moveTo(open.rows.findIndex((row) => row.kind === 'field')))
    await press(model, '2')
    await press(model, 'Enter', true)
    assert.deepEqual(opinions(host.commits[0])[0], { kind: 'rubric', labelSet: 'quality', schemaHash: 'h1', scores: { clarity: 4, kind: 'logic' } })
  })

  it('writes what was said when the labeler moves on without completing', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await press(model, '-')
    await model.go(1)
    assert.deepEqual(opinions(host.commits[0]).map(({ kind }) => kind), ['stepRating', 'firstError', 'verdict'])
  })

  it('shows no completed item again while readers lag behind', async () => {
    const model = await opened(new FakeHost(12, ['a']))
    await press(model, 'n')
    await press(model, 'Enter', true)
    assert.equal(model.open, undefined)
  })
})

describe('undo', () => {
  it('takes back what is not written, then the newest commit', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await press(model, '-')
    await press(model, 'Enter', true)
    await press(model, '+')
    await press(model, 'z')
    assert.deepEqual([model.open?.item.rollout.id, model.open?.judgement.changes.size], ['b', 0])
    await press(model, 'z')
    assert.deepEqual([model.open?.item.rollout.id, host.commits.length], ['a', 0])
    await press(model, 'z')
    assert.match(model.said, /nothing to take back/)
  })
})

describe('pairs', () => {
  it('take which is better and why, and complete without completing either rollout', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await model.change({ pairs: true })
    await press(model, 'Enter', true)
    assert.match(model.said, /which of the two/)
    await press(model, '1')
    await press(model, 'c')
    model.act((open) => void open.typed('It checks its sum.'))
    await press(model, 'Enter', true)
    const [preference, ...others] = host.commits[0]!.map(({ opinion }) => opinion)
    assert.equal(others.length, 0)
    assert.deepEqual(preference, { kind: 'preference', other: { rollout: 'b', textHash: model.open!.hash }, preferred: 'this', rationale: 'It checks its sum.' })
    assert.equal(model.open?.item.rollout.id, 'b')
    await press(model, 'z')
    assert.deepEqual([model.open?.item.rollout.id, model.open?.item.other?.id], ['a', 'b'], 'taken back, the pair is there again')
  })
})

describe('a rollout that comes from a view which shows all of it', () => {
  it('is not labelled blind', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    host.listeners.get('show')!({ rollout: 'c' } as never)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(model.open?.item.rollout.id, 'c')
    await press(model, '-')
    await press(model, 'Enter')
    await model.show({ rollout: 'b', qualityControl: false })
    await press(model, '-')
    await press(model, 'Enter')
    assert.deepEqual(host.commits.map(([label]) => [label?.rollout, label?.blind]), [['c', false], ['b', true]])
  })
})

describe('a rollout that cannot be read', () => {
  it('lets the queue be asked for again where that failed', async () => {
    const host = new FakeHost()
    host.silent = true
    const model = await opened(host)
    assert.match(model.error?.message ?? '', /no answer/)
    host.silent = false
    await model.retry()
    assert.deepEqual([model.error, model.open?.item.rollout.id], [undefined, 'a'])
  })

  it('is said, and the next one can be opened', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await model.show({ rollout: 'gone', qualityControl: false })
    assert.match(model.error?.message ?? '', /gone is not in the run any more/)
    await model.go(1)
    assert.equal(model.open?.item.rollout.id, 'a')
  })
})
