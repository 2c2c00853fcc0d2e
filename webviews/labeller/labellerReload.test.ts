import assert from 'node:assert/strict'
import { FakeHost, opened, opinions, press } from './labellerHost.fixture.ts'

describe('opening the document of an item, which shows its reward', () => {
  it('makes it blind no more, also over a reload', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    model.openDocument()
    const after = await opened(host, { saved: host.saved.at(-1) })
    await model.change({ stopAtFirstError: false })
    for (const page of [model, after]) {
      await press(page, '-')
      await press(page, 'Enter')
    }
    assert.deepEqual(host.commits.map(([first]) => first!.blind), [false, false])
  })
})

describe('a reload', () => {
  it('brings back the place and what was said and not written', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await model.go(1)
    for (const key of ['4', '-', 'c']) await press(model, key)
    model.act((open) => void open.typed('half a crit'))
    const after = await opened(host, { saved: host.saved.at(-1) })
    assert.equal(after.open?.item.rollout.id, 'b')
    await press(after, 'Enter', true)
    assert.deepEqual(opinions(host.commits.at(-1)).slice(0, 2), [{ kind: 'stepRating', rating: -1, at: 3 }, { kind: 'critique', text: 'half a crit', at: 3 }])
  })
})

describe('what is brought back', () => {
  it('is kept where the queue cannot be read at first, and comes with its item', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await model.go(1)
    for (const key of ['2', 'c']) await press(model, key)
    model.act((open) => void open.typed('half a crit'))
    const kept = host.saved.at(-1)
    host.silent = true
    await opened(host, { saved: kept })
    const again = await opened(host, { saved: host.saved.at(-1) })
    assert.match(again.error?.message ?? '', /no answer/)
    host.silent = false
    await again.retry()
    assert.deepEqual([again.open?.item.rollout.id, [...again.open!.judgement.changes.keys()]], ['b', ['critique:1']])
    await press(again, 'Enter', true)
    assert.deepEqual(opinions(host.commits.at(-1))[0], { kind: 'critique', text: 'half a crit', at: 1 })
  })

  it('is kept where its item cannot be read, whatever is said of others meanwhile', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await press(model, '-')
    host.unreadable = 'a'
    const after = await opened(host, { saved: host.saved.at(-1) })
    assert.match(after.error?.message ?? '', /no answer/)
    await after.go(1)
    await press(after, '+')
    host.unreadable = ''
    const last = await opened(host, { saved: host.saved.at(-1) })
    assert.deepEqual([last.open?.item.rollout.id, last.open?.judgement.changes.get('rating:0')?.opinion], ['b', { kind: 'stepRating', rating: 1 }])
    await last.go(-1)
    assert.deepEqual([last.open?.item.rollout.id, last.open?.judgement.changes.get('rating:0')?.opinion], ['a', { kind: 'stepRating', rating: -1 }])
  })

  it('is never called blind where something was shown before', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    model.toggleBlind()
    model.toggleBlind()
    await press(model, '-')
    const after = await opened(host, { saved: host.saved.at(-1) })
    await press(after, 'Enter')
    assert.equal(host.commits[0]?.[0]?.blind, false)
  })

  it('stays in front of another rollout that is asked for, until it is committed', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await press(model, '-')
    const after = await opened(host, { saved: host.saved.at(-1), show: 'c' })
    assert.deepEqual([after.open?.item.rollout.id, after.said.includes('not committed yet')], ['a', true])
    await press(after, 'Enter')
    assert.equal((await opened(host, { saved: host.saved.at(-1), show: 'c' })).open?.item.rollout.id, 'c')
  })
})
