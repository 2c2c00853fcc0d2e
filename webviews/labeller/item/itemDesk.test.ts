import assert from 'node:assert/strict'
import { labelOf } from '../labeller.fixture.ts'
import { FakeHost, opened, press } from '../labellerHost.fixture.ts'

describe('blind labelling', () => {
  it('is recorded only where nothing was shown since the item came', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await press(model, '-')
    await press(model, 'Enter', true)
    model.toggleBlind()
    model.toggleBlind()
    await press(model, '-')
    await press(model, 'Enter', true)
    await press(model, '-')
    await press(model, 'Enter', true)
    assert.deepEqual(host.commits.map(([first]) => first!.blind), [true, false, true])
  })
})

describe('labels of others', () => {
  it('come while one labels, and leave what is said as it is', async () => {
    const host = new FakeHost()
    const model = await opened(host)
    await press(model, '-')
    host.labels.push(labelOf({ rollout: 'a', anchor: { segment: 0, textHash: 'h', from: 0, to: 3 }, opinion: { kind: 'verdict', right: true }, labeler: 'bob' }, 'bobs'))
    host.listeners.get('labelsChanged')?.({ rollouts: ['a'] } as never)
    await new Promise(setImmediate)
    assert.deepEqual(model.open?.labels.map(({ id }) => id), ['bobs'])
    assert.equal(model.open.judgement.changes.size, 1)
  })

  it('are hidden of a quality-control item, the labeler’s own too', async () => {
    const host = new FakeHost()
    host.labels.push(labelOf({ rollout: 'a', anchor: { segment: 0, textHash: 'h', from: 0, to: 3 }, opinion: { kind: 'verdict', right: true } }, 'own'))
    assert.equal((await opened(host)).open?.judgement.given.size, 1)
    host.qualityControl = true
    const model = await opened(host)
    assert.equal(model.open?.judgement.given.size, 0)
    await press(model, 'n')
    await press(model, 'Enter', true)
    assert.ok(host.commits[0]?.every(({ qualityControl, replaces }) => qualityControl && replaces === undefined))
  })
})

describe('a quality-control item', () => {
  it('keeps what was said of it since it was opened, and has it written once', async () => {
    const host = new FakeHost()
    host.qualityControl = true
    const model = await opened(host)
    await press(model, '-')
    await press(model, 'Enter')
    assert.equal(model.open?.judgement.given.size, 3)
    await press(model, 'Enter')
    await model.change({ stopAtFirstError: false })
    assert.equal(model.open?.judgement.given.get('rating:0')?.id, '1-0')
    host.listeners.get('labelsChanged')?.({ rollouts: ['a'] } as never)
    await new Promise(setImmediate)
    await press(model, '1')
    await press(model, '+')
    await press(model, 'Enter', true)
    assert.deepEqual(host.commits.map((commit) => commit.map(({ opinion, replaces }) => [opinion.kind === 'deleted' ? opinion.of : opinion.kind, replaces])), [
      [['stepRating', undefined], ['firstError', undefined], ['verdict', undefined]],
      [['stepRating', '1-0'], ['1-1', undefined], ['1-2', undefined], ['completed', undefined]]
    ])
    await model.go(-1)
    assert.equal(model.open?.judgement.given.size, 0, 'opened again, it is labelled blind again')
  })

  it('is labelled blind again where it comes again as the only one', async () => {
    const host = new FakeHost(12, ['a'])
    host.qualityControl = true
    const model = await opened(host)
    await press(model, 'n')
    await press(model, 'Enter', true)
    assert.deepEqual([model.open?.item.rollout.id, model.open?.judgement.given.size], ['a', 0])
  })

  it('has nothing of it given any more once that was taken back', async () => {
    const host = new FakeHost()
    host.qualityControl = true
    const model = await opened(host)
    await press(model, '-')
    await press(model, 'Enter')
    await press(model, 'z')
    assert.deepEqual([model.open?.item.rollout.id, model.open?.judgement.given.size, model.said], ['a', 0, 'The last commit was taken back.'])
  })
})

describe('a draft', () => {
  const draft = labelOf({ rollout: 'a', anchor: { segment: 0, textHash: 'h', from: 0, to: 3, step: 0 }, opinion: { kind: 'critique', text: 'drafted' }, draft: true, source: { kind: 'model', provider: 'critic', model: 'm' } }, 'd1')

  it('is not the labeler’s until it is accepted', async () => {
    const host = new FakeHost()
    host.labels.push(draft)
    const model = await opened(host)
    assert.deepEqual([...model.open!.judgement.given], [])
    model.act((open) => open.accept())
    await model.commit()
    assert.deepEqual(host.commits[0]?.map(({ opinion, suggestedBy }) => [opinion.kind, suggestedBy?.how]), [['critique', 'accepted'], ['decision', undefined]])
  })

  it('is the beginning of no text while it is hidden', async () => {
    const host = new FakeHost()
    host.labels.push(draft, { ...draft, id: 'd2', firstId: 'd2', opinion: { kind: 'better', of: 'step', text: 'drafted' } })
    const model = await opened(host)
    for (const kind of ['critique', 'better'] as const) {
      model.act((open) => open.write(kind, model.settings.blind))
      assert.deepEqual([model.open?.writing, model.open?.written(`${kind}:0`)], [`${kind}:0`, ''])
    }
    await press(model, 'Enter', true)
    assert.deepEqual(host.commits, [])
  })

  it('is rejected by a record, and edited by writing over it', async () => {
    const host = new FakeHost()
    host.labels.push(draft)
    const model = await opened(host)
    model.toggleBlind()
    await press(model, 'c')
    assert.equal(model.open?.written('critique:0'), 'drafted')
    model.act((open) => void open.typed('mine'))
    await model.commit()
    assert.deepEqual(host.commits[0]?.map(({ opinion, suggestedBy }) => [opinion, suggestedBy?.how]), [[{ kind: 'critique', text: 'mine' }, 'edited'], [{ kind: 'decision', of: 'd1', decision: 'edited' }, undefined]])
    model.act((open) => open.reject())
    await model.commit()
    assert.deepEqual(host.commits[1]?.map(({ opinion }) => opinion), [{ kind: 'decision', of: 'd1', decision: 'rejected' }])
  })
})
