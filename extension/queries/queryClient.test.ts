import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mock } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { chooseNode } from '../trainers/nodeProgram.ts'
import { QueryClient } from './queryClient.ts'

/** Answers every request with null, and notes it with the pid that was asked. */
const program = (log: string): string => `
import { appendFileSync } from 'node:fs'
import { createRequire } from 'node:module'
const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = createRequire(${JSON.stringify(createRequire(import.meta.url).resolve('vscode-jsonrpc/node'))})('vscode-jsonrpc/node')
const connection = createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout))
connection.onRequest((method) => (appendFileSync(${JSON.stringify(log)}, process.pid + ' ' + method + '\\n'), null))
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
})
