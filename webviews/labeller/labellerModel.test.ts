import assert from 'node:assert/strict'
import type { Label } from '../../trainer/protocol/label.ts'
import { ViewError } from '../connection/viewError.ts'
import type { LabellerStart, NewLabel } from '../protocol/labeller.ts'
import { actionOf } from './keyGrammar.ts'
import { labelOf, QUALITY, rolloutWithSteps } from './labeller.fixture.ts'
import { LabellerModel } from './labellerModel.ts'
import type { Connection } from './labellerModel.ts'

/** A host with a run of so many rollouts, and a disk in memory. */
class FakeHost {
  readonly commits: (readonly NewLabel[])[] = []
  readonly labels: Label[] = []
  readonly saved: unknown[] = []
  readonly listeners = new Map<string, (payload: never) => void>()
  failing = false
  qualityControl = false
  silent = false
  /** A rollout whose item cannot be read for now. */
  unreadable = ''
  /** Rollouts whose items exist. */
  readonly rollouts: readonly string[]
  readonly steps: number
  /** Holds commits back until it resolves. */
  gate: Promise<void> = Promise.resolve()

  constructor(steps = 12, rollouts: readonly string[] = ['a', 'b', 'c']) {
    this.steps = steps
    this.rollouts = rollouts
  }

  readonly connection: Connection = {
    ask: ((name: string, params: never) => this.#answer(name, params)) as Connection['ask'],
    on: ((notice: string, listener: (payload: never) => void) => (this.listeners.set(notice, listener), () => undefined)) as Connection['on'],
    saveState: (state) => void this.saved.push(structuredClone(state))
  }

  async #answer(name: string, params: { labels: readonly NewLabel[]; rollout: string; other?: string; qualityControl: boolean; pairs: boolean }): Promise<unknown> {
    if (this.silent) throw new ViewError('There is no answer.', { code: 'silent', remedy: 'Wait.' })
    if (name === 'queue') return this.rollouts.map((rollout, index) => ({ rollout, qualityControl: this.qualityControl, ...(params.pairs && { other: this.rollouts[(index + 1) % this.rollouts.length] }) }))
    if (name === 'item') {
      if (params.rollout === this.unreadable) throw new ViewError('There is no answer.', { code: 'silent', remedy: 'Wait.' })
      if (!this.rollouts.includes(params.rollout)) return null
      const { rollout, other, qualityControl } = params
      return { rollout: rolloutWithSteps(this.steps, rollout), labels: this.labels.filter((label) => label.rollout === rollout), qualityControl, ...(other && { other: rolloutWithSteps(this.steps, other) }) }
    }
    if (name === 'progress') return { completed: 0, total: 3, today: 0, medianSeconds: null, consistency: null, qualityControl: null, drafts: [] }
    if (name === 'undo') return this.commits.length > 0 ? { rollout: this.commits.pop()![0]!.rollout } : null
    if (name !== 'commit') return null
    await this.gate
    if (this.failing) throw new ViewError('The disk is full.', { code: 'full', remedy: 'Free some space.' })
    this.commits.push(params.labels)
    return params.labels.map((label, index) => labelOf(label as never, `${this.commits.length}-${index}`, this.commits.length))
  }
}

const start = (more: Partial<LabellerStart> = {}): LabellerStart => ({ run: { name: 'run' } as LabellerStart['run'], labeler: 'ann', labelSets: [QUALITY], saved: null, ...more })

async function opened(host: FakeHost, more: Partial<LabellerStart> = {}): Promise<LabellerModel> {
  const model = new LabellerModel(host.connection, start(more), () => undefined, () => 0)
  await model.begin()
  return model
}

/** What the page does with a key, except for what only it can draw. */
async function press(model: LabellerModel, key: string, ctrlKey = false): Promise<void> {
  const action = actionOf({ key, ctrlKey, metaKey: false, altKey: false }, model.open?.writing ? 'text' : 'page')
  assert.ok(action, `${key} does nothing`)
  if (action.do === 'rate') model.act((open) => open.rate(action.rating))
  else if (action.do === 'digit') model.act((open) => open.digit(action.digit))
  else if (action.do === 'down' || action.do === 'up') model.act((open) => void open.move(action.do === 'down' ? 1 : -1))
  else if (action.do === 'critique') model.act((open) => open.write('critique', model.settings.blind))
  else if (action.do === 'verdict') model.act((open) => open.nextVerdict())
  else if (action.do === 'noneWrong') model.act((open) => open.noneWrong())
  else if (action.do === 'complete') await model.complete()
  else if (action.do === 'commit') await model.commit()
  else if (action.do === 'undo') await model.undo()
  else assert.fail(action.do)
}

const opinions = (commit: readonly NewLabel[] | undefined) => (commit ?? []).map(({ opinion, anchor: { step } }) => (step === undefined ? opinion : { ...opinion, at: step }))

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
