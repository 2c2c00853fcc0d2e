import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mock } from 'node:test'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { MessageConnection } from 'vscode-jsonrpc/node'
import { LabError } from '../errors.ts'
import { CONTROL_PROTOCOL } from '../protocol/control.ts'
import type { RunEvent } from '../protocol/events.ts'
import type { ControlledRun } from './controlClient.ts'
import { startControlServer } from './controlServer.ts'
import type { ControlServer } from './controlServer.ts'
import type { Notice } from './noticeQueue.ts'
import { ensurePrivateFolder } from './privateFolder.ts'

const TOKEN = 'secret'.repeat(8)
const event = (step: number, message = ''): RunEvent => ({ version: 1, at: '2026-01-01T00:00:00Z', type: 'warning', step, code: 'x', message })
const told = (step: number, message?: string): Notice => ({ notice: 'event', params: event(step, message) })
const partial = (step: number): Notice => ({ notice: 'partial', params: { step, kind: 'train', group: 'g', sampleIndex: 0, problem: 'p', text: 'x'.repeat(10_000) } })
const done = { applied: true }
const run: ControlledRun = {
  runtimeVersion: '1', describe: () => ({ runId: 'r', directory: '/r' }), pause: () => done, continue: () => done, stop: () => done, stopNow: () => done
}

describe('the pipe of a trainer', function () {
  this.timeout(20_000)
  let folder: string
  let pipe: string
  let server: ControlServer
  const sockets: Socket[] = []
  beforeEach(async () => {
    folder = ensurePrivateFolder(mkdtempSync(join(tmpdir(), 'pipe-')))
    pipe = join(folder, 'a.sock')
    server = await startControlServer({ pipe, token: TOKEN, run, limits: { queueSize: 1_000_000, helloMilliseconds: 200 } })
  })
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await server.close()
    rmSync(folder, { recursive: true })
  })

  const client = async (steer = true): Promise<{ connection: MessageConnection; socket: Socket; events: number[]; answer: unknown }> => {
    const socket = connect(pipe)
    sockets.push(socket)
    const connection = createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket))
    const events: number[] = []
    connection.onNotification('event', ({ step }: RunEvent) => void events.push(step))
    connection.listen()
    const answer = await connection.sendRequest('hello', { protocol: CONTROL_PROTOCOL, token: TOKEN, client: `c${sockets.length}`, steer })
    return { connection, socket, events, answer }
  }

  it('welcomes with the run and the role, and answers what it is asked', async () => {
    const first = await client()
    assert.deepEqual(first.answer, { protocol: CONTROL_PROTOCOL, runtimeVersion: '1', pid: process.pid, runId: 'r', directory: '/r', role: 'steering', holder: 'c1' })
    assert.equal(await first.connection.sendRequest('ping'), null)
    assert.deepEqual(await first.connection.sendRequest('pause'), done)
    await assert.rejects(first.connection.sendRequest('shutdown'), /no request/)
  })

  it('never gives steering to a client that did not ask, unless it takes it', async () => {
    const watcher = await client(false)
    assert.deepEqual(await watcher.connection.sendRequest('stop'), { applied: false, reason: 'Nobody steers this run; take over steering first.' })
    assert.deepEqual(await watcher.connection.sendRequest('takeSteering'), done)
    assert.deepEqual(await watcher.connection.sendRequest('stop'), done)
  })

  it('asks who steers again while another client stays', async () => {
    const first = await client()
    const asked: unknown[] = []
    first.connection.onNotification('asked', (params) => void asked.push(params))
    const second = await client()
    const haveAsked = async (times: number): Promise<void> => {
      while (asked.length < times) await new Promise((resolve) => setImmediate(resolve))
    }
    await haveAsked(1)
    const clock = mock.method(performance, 'now', () => 1e9)
    try {
      await first.connection.sendRequest('ping')
      await second.connection.sendRequest('ping')
    } finally {
      clock.mock.restore()
    }
    await haveAsked(2)
    assert.deepEqual(asked, [{ client: 'c2' }, { client: 'c2' }])
  })

  it('goes on at once when a client does not read: texts are dropped for it, then the client is', async () => {
    const slow = await client()
    const quick = await client()
    slow.socket.pause()
    let closed = false
    slow.socket.once('close', () => (closed = true))
    for (let i = 0; i < 2000; i++) server.tell(partial(i))
    assert.ok(server.watched)
    for (let i = 0; i < 300; i++) {
      server.tell(told(i, 'y'.repeat(20_000)))
      // A client that reads is never dropped for the sake of one that does not.
      if (i % 20 === 0) while (quick.events.length < i + 1) await new Promise((resolve) => setImmediate(resolve))
    }
    while (quick.events.length < 300) await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(quick.events, Array.from({ length: 300 }, (_, i) => i))
    slow.socket.resume()
    while (!closed) await new Promise((resolve) => setImmediate(resolve))
    assert.ok(slow.events.length < 300)
    assert.deepEqual(await quick.connection.sendRequest('takeSteering'), done)
  })

  it('sends what waits before it closes, and takes its socket away', async () => {
    const { events, socket } = await client()
    const ended = new Promise((resolve) => socket.once('close', resolve))
    for (let i = 0; i < 500; i++) server.tell(told(i))
    await server.close()
    await ended
    assert.equal(events.length, 500)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('lets go of a client that says nothing, and of one that says what it wants before hello', async () => {
    const silent = connect(pipe)
    const eager = connect(pipe)
    const gone = [silent, eager].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    const connection = createMessageConnection(new StreamMessageReader(eager), new StreamMessageWriter(eager))
    connection.listen()
    await connection.sendNotification('hello', {})
    silent.resume()
    await Promise.all(gone)
  })

  it('does not listen in a folder that others can look into', async () => {
    const open = mkdtempSync(join(tmpdir(), 'open-'))
    rmSync(open, { recursive: true })
    await assert.rejects(startControlServer({ pipe: join(tmpdir(), 'a.sock'), token: TOKEN, run }), (error) => LabError.is(error, 'control/not-private'))
    await assert.rejects(startControlServer({ pipe, token: TOKEN, run }), (error) => LabError.is(error, 'control/no-pipe'))
  })
})
