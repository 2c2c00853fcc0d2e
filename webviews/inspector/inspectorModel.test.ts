import assert from 'node:assert/strict'
import type { RolloutRow, SearchHit, ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import { InspectorModel } from './inspectorModel.ts'
import type { Connection } from './inspectorModel.ts'

interface Searching {
  readonly view: string
  readonly search: string
  readonly text: string
  readonly signal: AbortSignal
  readonly end: (result: { readonly searched: number; readonly hits: number; readonly complete: boolean }) => void
}

/** A query process whose every view counts its generations from 1 and has one row, called after the view. */
function host(total = 1) {
  let made = 0
  const handlers = new Map<string, (payload: never) => void>()
  const closed: string[] = []
  const searches: Searching[] = []
  const answers = {
    'rollouts/open': (): ViewInfo =>
      ({ view: `view${++made}`, generation: 1, count: total, total, superseded: 0, right: 0, wrong: 0, notScorable: 1, parts: [], environments: [], notices: [] }),
    'rollouts/page': ({ view }: { view: string }) => ({ generation: 1, rows: [{ id: view } as RolloutRow] }),
    'rollouts/close': ({ view }: { view: string }) => (closed.push(view), null),
    'runs/details': () => ({ card: { directory: '/runs/a' } }),
    'rollouts/search': (params: { view: string }, signal: AbortSignal) => new Promise((end) => searches.push({ ...(params as Searching), signal, end }))
  }
  const connection = {
    on: (name: string, handler: (payload: never) => void) => (handlers.set(name, handler), () => undefined),
    query: (name: keyof typeof answers, params: { view: string }, signal: AbortSignal) => Promise.resolve(answers[name](params, signal))
  } as unknown as Connection
  const tell = (name: string, payload: object) => handlers.get(name)?.(payload as never)
  return { closed, searches, connection, made: () => made, tell }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

async function opened(connection: Connection): Promise<InspectorModel> {
  const model = new InspectorModel(connection, [{ directory: '/runs/a' } as RunCard], () => undefined)
  await model.open()
  return model
}

describe('InspectorModel', () => {
  it('shows the rows of the list asked for last, whatever generation earlier ones had', async () => {
    const { closed, connection } = host()
    const model = await opened(connection)
    const shown = async () => {
      await settle()
      model.pages.want(0, 1)
      await settle()
      return (model.pages.row(0) as RolloutRow | undefined)?.id
    }
    assert.equal(await shown(), 'view1')
    await model.change({ sort: { by: 'reward', descending: true } })
    assert.equal(await shown(), 'view2')
    assert.deepEqual(closed, ['view1'])
  })

  it('opens an empty list anew when the first rollouts are recorded, and only says so of others', async () => {
    for (const [total, lists, behind] of [[0, 2, false], [1, 1, true]] as const) {
      const { connection, made, tell } = host(total)
      const model = await opened(connection)
      tell('changed', { run: '/runs/a', what: ['rollouts'] })
      await settle()
      assert.deepEqual([made(), model.behind], [lists, behind])
    }
  })
})

describe('a run of the inspector that goes', () => {
  it('is listed anew once it is back', async () => {
    const { connection, made, tell } = host()
    const model = await opened(connection)
    tell('changed', { run: '/runs/a', what: ['gone'] })
    assert.deepEqual([model.shown.gone, made()], [['/runs/a'], 1])
    tell('changed', { run: '/runs/a', what: ['state', 'rollouts'] })
    await settle()
    assert.deepEqual([model.shown.gone, model.behind, made()], [[], false, 2])
  })
})

describe('a search of the inspector', () => {
  const hit = { position: 0, id: 'a' } as SearchHit

  it('says whether it came to the end of the list', async () => {
    for (const complete of [true, false]) {
      const { connection, searches, tell } = host(9)
      const model = await opened(connection)
      void model.find('x')
      tell('searchHits', { search: searches[0]!.search, hits: [hit], searched: 3 })
      assert.deepEqual(model.search, { text: 'x', hits: [hit], searched: 3, state: 'searching' })
      searches[0]!.end({ searched: complete ? 9 : 3, hits: 1, complete })
      await settle()
      assert.deepEqual(model.search, { text: 'x', hits: [hit], searched: complete ? 9 : 3, state: complete ? 'complete' : 'cut' })
    }
  })

  it('begins anew in a list that is sorted or filtered otherwise, at whatever point it was', async () => {
    for (const ended of [true, false]) {
      const { connection, searches, tell } = host()
      const model = await opened(connection)
      void model.find('x')
      tell('searchHits', { search: searches[0]!.search, hits: [hit], searched: 1 })
      if (ended) searches[0]!.end({ searched: 1, hits: 1, complete: true })
      await settle()
      const listed = model.change({ sort: { by: 'reward', descending: true } })
      assert.ok(searches[0]!.signal.aborted)
      assert.deepEqual(model.search, { text: 'x', hits: [], searched: 0, state: 'searching' })
      await listed
      assert.deepEqual(searches.map(({ view, text }) => [view, text]), [['view1', 'x'], ['view2', 'x']])
    }
  })

  it('ends where groups are listed', async () => {
    const { connection, searches } = host()
    const model = await opened(connection)
    void model.find('x')
    await model.change({ by: 'groups' })
    assert.deepEqual([model.search, searches.length, model.by], [undefined, 1, 'groups'])
  })
})
