import assert from 'node:assert/strict'
import { ViewError } from '../connection/viewError.ts'
import type { PlaygroundNotices } from '../protocol/playground.ts'
import { PlaygroundModel } from './playgroundModel.ts'
import type { PlaygroundConnection } from './playgroundModel.ts'

interface Asked {
  readonly id: string
  readonly count: number
  readonly end: (seconds: number) => void
}

/** A host that keeps what a page saves, and the page's model. */
function page(start: { readonly saved?: unknown; readonly pending?: string } = {}) {
  const asked: Asked[] = []
  let saved: unknown = start.saved ?? null
  let show: (completion: PlaygroundNotices['completion']) => void = () => undefined
  const ask = (name: string, params: Omit<Asked, 'end'>, signal?: AbortSignal) => {
    if (name === 'ready') return Promise.resolve({ label: 'step 4', model: 'm', saved, ...(start.pending !== undefined && { pending: start.pending }) })
    return new Promise((resolve, reject) => {
      asked.push({ ...params, end: (seconds) => resolve({ seconds }) })
      signal?.addEventListener('abort', () => reject(new ViewError('given up', { code: 'cancelled', remedy: '' })))
    })
  }
  const connection = { ask, on: (_: string, handler: typeof show) => ((show = handler), () => undefined), saveState: (state: unknown) => (saved = JSON.parse(JSON.stringify(state))) }
  const model = new PlaygroundModel(connection as unknown as PlaygroundConnection, () => undefined)
  const write = (sample: string, index: number, text: string, done = false) => show({ sample, index, text, done })
  return { model, asked, write, saved: () => saved }
}

/** A page on which three completions are being sampled, of which the last one came. */
async function begun() {
  const one = page()
  await one.model.begin()
  one.model.write('2 + 2 =')
  one.model.type({ ...one.model.typed, count: '3' })
  const sampled = one.model.sample()
  const { id } = one.asked[0]!
  one.write(id, 2, '4', true)
  one.write(id, 0, 'so')
  // As the page does at the latest when it goes.
  one.model.changed()
  return { ...one, id, sampled }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the playground', () => {
  it('joins, when it comes back, the sampling that went on meanwhile', async () => {
    const before = await begun()
    const after = page({ saved: before.saved(), pending: before.id })
    await after.model.begin()
    assert.deepEqual([after.model.sampling, after.model.completions.map((each) => each?.text)], [true, ['so', undefined, '4']])
    assert.deepEqual(after.asked.map(({ id, count }) => [id, count]), [[before.id, 3]])
    after.write(before.id, 0, 'so 4', true)
    after.asked[0]!.end(2)
    await settled()
    assert.deepEqual([after.model.sampling, after.model.said, after.model.completions[0]?.text], [false, '3 completions in 2 s.', 'so 4'])
  })

  it('says why completions are not finished where nobody goes on with them, and keeps their numbers', async () => {
    const before = await begun()
    const after = page({ saved: before.saved() })
    await after.model.begin()
    assert.deepEqual([after.model.sampling, after.asked.length], [false, 0])
    assert.match(after.model.cut, /window was closed or reloaded/)
    assert.deepEqual(after.model.completions.map((each) => each?.index), [0, undefined, 2])
    const cancelled = await begun()
    cancelled.model.cancel()
    await cancelled.sampled
    const later = page({ saved: cancelled.saved() })
    await later.model.begin()
    assert.deepEqual([later.model.cut, later.model.completions.map((each) => each?.index)], ['cancelled', [0, undefined, 2]])
  })

  it('does not show the last words of a process that was cancelled among the next completions', async () => {
    const { model, asked, write, id, sampled } = await begun()
    model.cancel()
    await sampled
    void model.sample()
    write(id, 1, 'last words')
    write(asked[1]!.id, 0, 'new')
    assert.notEqual(asked[1]!.id, id)
    assert.deepEqual(model.completions.map((each) => each?.text), ['new', undefined, undefined])
  })
})
