import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import type { QueryNotices, QueryParams, QueryRequest, QueryResults } from '../protocol/queries.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import type { RunDirectory } from '../stores/runDirectory.ts'
import { queryHandlers } from './queryHandlers.ts'
import { QueryState } from './queryState.ts'

const LIST = { filter: {}, sort: { by: 'recorded', descending: false }, follow: false } as const

/** A run in a folder that is asked about through a link to it. */
describe('a run that is reached through a link', () => {
  let run: RunDirectory
  let state: QueryState
  let linked = ''
  const told: QueryNotices['searchHits'][] = []

  before(async () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'real'))
    run = await createRun(newRun(path.join(folder, 'real', 'run')))
    symlinkSync(path.join(folder, 'real'), path.join(folder, 'link'))
    linked = path.join(folder, 'link', 'run')
    const own = weighed([0, 1, 2, 3].map((sample) => rollout({ step: 1, group: 0, sample, tokens: 4 })))
    const open = run.rollouts.openStep({ kind: 'train', step: 1 })
    for (const one of own) open.append(one)
    open.seal(own)
    mkdirSync(path.join(run.path, 'checkpoints', 'step-000001'), { recursive: true })
    state = QueryState.open()
  })
  after(async () => {
    state.close()
    await run.close()
  })

  const ask = async <R extends QueryRequest>(request: R, parameters: QueryParams<R>): Promise<QueryResults[R]> => {
    const nothing = (): void => undefined
    const notify = (_: string, hits: unknown): void => void told.push(hits as QueryNotices['searchHits'])
    const handlers = queryHandlers({ state, watch: nothing, viewsChanged: nothing, labelsFollowed: nothing, notify })
    return await handlers[request](parameters, new AbortController().signal)
  }
  const open = (runs: readonly string[], by: 'rollouts' | 'groups', filter = {}) => ask('rollouts/open', { ...LIST, runs: [...runs], by, filter, first: 10 })

  it('is called in lists, in its card and of its checkpoints as it was asked for', async () => {
    assert.deepEqual((await ask('runs/list', { folders: [path.dirname(linked)] })).runs.map(({ directory }) => directory), [linked])
    const { card } = await ask('runs/details', { run: linked })
    assert.deepEqual([card.directory, card.status], [linked, 'running'])
    assert.equal((await ask('runs/annotate', { run: linked, notes: 'n' })).directory, linked)
    assert.deepEqual((await ask('runs/checkpoints', { run: linked })).map(({ directory }) => directory), [path.join(linked, 'checkpoints', 'step-000001')])
  })

  it('is called so in the rows of every list', async () => {
    const { first, view, count } = await open([linked], 'rollouts')
    assert.deepEqual([count, first!.map(({ run: own }) => own)], [4, [linked, linked, linked, linked]])
    const { rows } = await ask('rollouts/page', { view, offset: 0, limit: 1 })
    assert.equal(rows[0]!.run, linked)
    assert.deepEqual((await open([linked], 'groups')).first!.map(({ run: own }) => own), [linked])
    const { group, problemId, id } = rows[0]!
    assert.deepEqual(new Set((await ask('rollouts/group', { run: linked, group })).map(({ run: own }) => own)), new Set([linked]))
    assert.equal((await ask('problems/history', { runs: [linked], problemId, offset: 0, limit: 1 })).rows[0]!.run, linked)
    for (const name of [linked, run.path]) assert.deepEqual(await ask('rollouts/position', { view, run: name, id }), { position: 0 })
  })

  it('is called so where it is searched and where an expert asks for it', async () => {
    const { view } = await open([linked], 'rollouts')
    const { id } = (await ask('rollouts/page', { view, offset: 0, limit: 1 })).rows[0]!
    const text = (await ask('rollouts/excerpts', { rollouts: [{ run: linked, id }], characters: 20 }))[0]!.completion.slice(0, 4)
    await ask('rollouts/search', { view, search: 's', text, limit: 1 })
    assert.deepEqual(told.flatMap(({ hits }) => hits).map(({ run: own }) => own), [linked])
    assert.equal((await open([linked], 'rollouts', { where: `run = '${linked}'` })).count, 4)
  })

  it('is one run however many names lead to it, and each list has the name that it was opened by', async () => {
    const [byLink, byBoth] = [await open([linked], 'rollouts'), await open([run.path, linked], 'rollouts')]
    assert.deepEqual([byBoth.count, byBoth.first![0]!.run], [4, run.path])
    assert.equal((await ask('rollouts/page', { view: byLink.view, offset: 0, limit: 1 })).rows[0]!.run, linked)
  })

  it('has labels that are told of by that name', async () => {
    await open([linked], 'rollouts', { labels: ['unlabelled'] })
    assert.deepEqual(state.labels.followed.map(({ run: own }) => own), [linked])
  })
})
