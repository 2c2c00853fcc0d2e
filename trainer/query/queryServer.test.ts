import assert from 'node:assert/strict'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { MessageConnection } from 'vscode-jsonrpc/node'
import type { QueryParams, QueryRequest, QueryResults } from '../protocol/queries.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { serveQueries } from './queryServer.ts'
import { QueryState } from './queryState.ts'

const RUNS = 4
const STEPS = 12
const LIST = { filter: {}, sort: { by: 'recorded', descending: false }, by: 'rollouts', follow: false } as const

async function writeRun(): Promise<string> {
  const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
  for (let step = 1; step <= STEPS; step++) {
    const own = weighed([rollout({ step, tokens: 4 })])
    const open = run.rollouts.openStep({ kind: 'train', step })
    for (const one of own) open.append(one)
    open.seal(own)
  }
  run.close()
  return run.path
}

describe('a connection to the query process', () => {
  let asked: MessageConnection
  let served: MessageConnection

  before(async () => {
    const [there, back] = [new PassThrough(), new PassThrough()]
    asked = createMessageConnection(new StreamMessageReader(back), new StreamMessageWriter(there))
    served = createMessageConnection(new StreamMessageReader(there), new StreamMessageWriter(back))
    // Without any time, a run is read step by step, and others get their turn between two of them.
    serveQueries(served, QueryState.open({ first: 0, more: 0 }))
    served.listen()
    asked.listen()
  })
  after(() => {
    asked.end()
    served.end()
    asked.dispose()
    served.dispose()
  })

  const ask = <R extends QueryRequest>(request: R, parameters: QueryParams<R>): Promise<QueryResults[R]> => asked.sendRequest(request, parameters)

  it('keeps the runs that a request reads while lists are closed', async () => {
    const [listed, ...runs] = await Promise.all(Array.from({ length: RUNS + 1 }, writeRun))
    let reading = true
    const history = ask('problems/history', { runs, problemId: 'problem-0', offset: 0, limit: 500 }).finally(() => (reading = false))
    let closed = 0
    while (reading) {
      const { view } = await ask('rollouts/open', { ...LIST, runs: [listed!] })
      await ask('rollouts/close', { view })
      closed += Number(reading)
    }
    assert.equal((await history).count, RUNS * STEPS)
    assert.ok(closed > 1)
  })

  it('makes its database ready once the first lists are there, without being asked', async () => {
    const state = QueryState.open()
    let made = 0
    const ready = new Promise<void>((resolve) => {
      state.db.makeReady = () => {
        made++
        resolve()
      }
    })
    const [there, back] = [new PassThrough(), new PassThrough()]
    const [client, server] = [createMessageConnection(new StreamMessageReader(back), new StreamMessageWriter(there)), createMessageConnection(new StreamMessageReader(there), new StreamMessageWriter(back))]
    serveQueries(server, state)
    for (const connection of [client, server]) connection.listen()
    for (let list = 0; list < 3; list++) await client.sendRequest('runs/list', { folders: [temporaryFolder()] })
    assert.equal(made, 0)
    await ready
    assert.equal(made, 1)
    for (const connection of [client, server]) {
      connection.end()
      connection.dispose()
    }
  })
})
