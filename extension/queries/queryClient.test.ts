import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mock } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { NO_DATABASE } from '../../trainer/protocol/queries.ts'
import { chooseNode, ownNode } from '../trainers/nodeProgram.ts'
import type { NodeProgram } from '../trainers/nodeProgram.ts'
import { QueryClient } from './queryClient.ts'

/**
 * Answers every request with null, and notes it with the pid that was asked. Under a Node of the name `unfit` it has no database to list rollouts with,
 * and takes its time for a checkpoint list.
 */
const program = (log: string): string => `
import { appendFileSync } from 'node:fs'
import { createRequire } from 'node:module'
const { createMessageConnection, ResponseError, StreamMessageReader, StreamMessageWriter } = createRequire(${JSON.stringify(createRequire(import.meta.url).resolve('vscode-jsonrpc/node'))})('vscode-jsonrpc/node')
const connection = createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout))
const lacks = new ResponseError(1, 'no DuckDB', { boundary: 'store', code: '${NO_DATABASE}', remedy: 'none' })
connection.onRequest((method) => {
  appendFileSync(${JSON.stringify(log)}, process.pid + ' ' + method + '\\n')
  if (!process.argv0.endsWith('unfit')) return null
  if (method === 'runs/checkpoints') return new Promise(() => undefined)
  return method.startsWith('rollouts/') ? lacks : null
})
connection.listen()`

describe('the query process as a window has it', function () {
  this.timeout(30_000)
  let folder: string
  let client: QueryClient
  let restarts = 0
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'query-client-'))
    const main = join(folder, 'main.mjs')
    writeFileSync(main, program(join(folder, 'log')))
    writeFileSync(join(folder, 'log'), '')
    restarts = 0
    client = new QueryClient({ node: chooseNode({ find: async () => undefined }), args: [main] }, { notice: () => undefined, restarted: () => restarts++, said: () => undefined })
  })
  afterEach(() => {
    client.close()
    rmSync(folder, { recursive: true })
  })

  const asked = (pid: number | undefined): string[] => readFileSync(join(folder, 'log'), 'utf8').split('\n').filter((line) => line.startsWith(`${pid} `)).map((line) => line.split(' ')[1]!)
  const untilAsked = async (...requests: readonly string[]): Promise<void> => {
    while (asked(client.pid).join() !== requests.join()) await sleep(10)
  }
  const dies = async (): Promise<void> => {
    const before = restarts
    process.kill(client.pid!, 'SIGKILL')
    while (restarts === before) await sleep(10)
  }

  it('is told what is watched whenever it starts, also where it had died too often to be started at once', async () => {
    client.watch({ runs: ['/a'], folders: [] })
    await untilAsked('runs/watch')
    client.watch({ runs: ['/b'], folders: [] })
    await untilAsked('runs/watch', 'runs/watch')
    for (let death = 1; death <= 5; death++) await dies()
    assert.equal(client.pid, undefined)
    const later = Date.now() + 61_000
    const clock = mock.method(Date, 'now', () => later)
    try {
      await client.ask('runs/list', { folders: [] })
      await untilAsked('runs/watch', 'runs/list')
    } finally {
      clock.mock.restore()
    }
  })

  it('is started again at once when the deaths before are a minute old', async () => {
    client.watch({ runs: ['/a'], folders: [] })
    for (let death = 1; death <= 4; death++) await dies()
    await untilAsked('runs/watch')
    const later = Date.now() + 61_000
    const clock = mock.method(Date, 'now', () => later)
    try {
      await dies()
      await untilAsked('runs/watch')
    } finally {
      clock.mock.restore()
    }
  })

  describe('under a Node that cannot load DuckDB', () => {
    const under = (find: () => Promise<NodeProgram | undefined>): void => {
      const unfit = { ...ownNode(), execPath: join(folder, 'unfit'), name: 'An unfit Node' }
      symlinkSync(process.execPath, unfit.execPath)
      client = new QueryClient({ node: chooseNode({ own: unfit, find }), args: [join(folder, 'main.mjs')] }, { notice: () => undefined, restarted: () => restarts++, said: () => undefined })
    }
    const closing = () => client.ask('rollouts/close', { view: 'v' })

    it('answers what needs none, and goes on under another Node with the first that does', async () => {
      under(async () => ownNode())
      client.watch({ runs: ['/a'], folders: [] })
      await client.ask('runs/list', { folders: [] })
      const before = client.pid
      assert.deepEqual([await closing(), await closing(), restarts], [null, null, 1])
      assert.notEqual(client.pid, before)
      assert.deepEqual([asked(before), asked(client.pid)], [['runs/watch', 'runs/list', 'rollouts/close'], ['runs/watch', 'rollouts/close', 'rollouts/close']])
    })

    it('asks the other Node what the first one had not answered yet', async () => {
      under(async () => ownNode())
      const slow = client.ask('runs/checkpoints', { run: '/a' })
      assert.deepEqual([await closing(), await slow], [null, null])
      assert.deepEqual(asked(client.pid), ['rollouts/close', 'runs/checkpoints'])
    })

    it('says so, and lives on, where there is no other or that cannot either', async () => {
      for (const find of [async () => undefined, async () => ({ ...ownNode(), execPath: join(folder, 'also', '..', 'unfit') })]) {
        rmSync(join(folder, 'unfit'), { force: true })
        under(find)
        for (let again = 0; again < 7; again++) await assert.rejects(closing(), { code: NO_DATABASE })
        assert.equal(await client.ask('runs/list', { folders: [] }), null)
        assert.ok(restarts <= 1)
        client.close()
      }
    })
  })
})
