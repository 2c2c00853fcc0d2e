import assert from 'node:assert/strict'
import { CancellationToken } from 'vscode-jsonrpc/node'
import type { Queries } from '../contracts/queries.ts'
import { forwardQueries } from './queryForwarding.ts'

const RUN = '/w/runs/a'

/** Answers every question with a view, and lets the test raise the process's events. */
function fakeQueries() {
  const asked: [string, unknown][] = []
  const listeners: Record<string, ((payload: unknown) => void)[]> = {}
  const event = (name: string) => (listener: (payload: unknown) => void) => {
    ;(listeners[name] ??= []).push(listener)
    return { dispose: () => (listeners[name] = (listeners[name] ?? []).filter((each) => each !== listener)) }
  }
  let views = 0
  const queries = {
    ask: (request: string, params: unknown) => {
      asked.push([request, params])
      return Promise.resolve(request === 'rollouts/open' ? { view: `v${++views}` } : null)
    },
    onViewChanged: event('viewChanged'), onSearchHits: event('searchHits'), onRestarted: event('restarted'), onChanged: event('changed'), watch: () => ({ dispose: () => undefined })
  } as unknown as Queries
  return { queries, asked, raise: (name: string, payload: unknown) => listeners[name]?.forEach((listener) => listener(payload)), listening: () => Object.values(listeners).flat().length }
}

function forwardingOf() {
  const process = fakeQueries()
  const told: [string, unknown][] = []
  const rules = { mayRead: (run: string) => run === RUN, mayList: (folder: string) => folder === '/w/runs' }
  const forwarding = forwardQueries(process.queries, rules, (name, payload) => told.push([name, payload]))
  const ask = (...call: unknown[]) => forwarding.forward(call, CancellationToken.None)
  return { ...process, told, forwarding, ask }
}

const open = { runs: [RUN], filter: {}, sort: { by: 'recorded', descending: true }, by: 'rollouts', follow: true }

describe('forwardQueries', () => {
  it('hands on what reads', async () => {
    const { ask, asked } = forwardingOf()
    await ask('rollouts/one', { run: RUN, id: 'x' })
    await ask('runs/list', { folders: ['/w/runs'] })
    assert.deepEqual(asked.map(([request]) => request), ['rollouts/one', 'runs/list'])
  })

  it('refuses what writes, what changes the watch, and what nobody knows', async () => {
    const { ask, asked } = forwardingOf()
    for (const request of ['runs/annotate', 'runs/watch', 'constructor', 'nonsense', 7]) await assert.rejects(ask(request, { run: RUN, runs: [], folders: [] }), { code: 'notForwarded' })
    for (const params of [null, [], 'x', undefined]) await assert.rejects(ask('rollouts/one', params), { code: 'notForwarded' })
    assert.deepEqual(asked, [])
  })

  it('refuses runs, folders and views that are not of the page', async () => {
    const { ask, asked } = forwardingOf()
    await assert.rejects(ask('rollouts/one', { run: '/etc', id: 'x' }), { code: 'notForwarded' })
    await assert.rejects(ask('rollouts/one', { run: [RUN], id: 'x' }), { code: 'notForwarded' })
    await assert.rejects(ask('runs/compare', { runs: [RUN, '/etc'] }), { code: 'notForwarded' })
    await assert.rejects(ask('rollouts/excerpts', { rollouts: [{ run: RUN, id: 'x' }, { run: '/etc', id: 'x' }], characters: 1 }), { code: 'notForwarded' })
    await assert.rejects(ask('runs/list', { folders: ['/'] }), { code: 'notForwarded' })
    await assert.rejects(ask('rollouts/page', { view: 'v1', offset: 0, limit: 1 }), { code: 'notForwarded' })
    assert.deepEqual(asked, [])
  })

  it('tells a page of its own views only', async () => {
    const { ask, raise, told } = forwardingOf()
    await ask('rollouts/open', open)
    raise('viewChanged', { view: 'v1' })
    raise('viewChanged', { view: 'of another page' })
    assert.deepEqual(told, [['viewChanged', { view: 'v1' }]])
    await ask('rollouts/close', { view: 'v1' })
    raise('viewChanged', { view: 'v1' })
    assert.equal(told.length, 1)
  })

  it('tells a page of a search while it runs', async () => {
    const { ask, raise, told } = forwardingOf()
    await ask('rollouts/open', open)
    const searching = ask('rollouts/search', { view: 'v1', search: 's', text: 'x', limit: 1 })
    raise('searchHits', { search: 's', hits: [] })
    raise('searchHits', { search: 'of another page', hits: [] })
    await searching
    raise('searchHits', { search: 's', hits: [] })
    assert.deepEqual(told.map(([name]) => name), ['searchHits'])
  })

  it('closes the views of a page that is loaded anew or gone, and listens no more', async () => {
    const { ask, asked, forwarding, listening } = forwardingOf()
    await ask('rollouts/open', open)
    forwarding.pageLoaded()
    await ask('rollouts/open', open)
    forwarding.dispose()
    assert.deepEqual(asked.filter(([request]) => request === 'rollouts/close').map(([, params]) => params), [{ view: 'v1' }, { view: 'v2' }])
    assert.equal(listening(), 0)
  })

  it('forgets the views of a process that is no more', async () => {
    const { ask, asked, raise, told, forwarding } = forwardingOf()
    await ask('rollouts/open', open)
    raise('restarted', undefined)
    forwarding.dispose()
    assert.deepEqual(told, [['restarted', {}]])
    assert.ok(!asked.some(([request]) => request === 'rollouts/close'))
  })
})
