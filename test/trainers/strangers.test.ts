import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { attach, TrainerClient } from '../../extension/trainers/trainerClient.ts'
import type { AttachOptions } from '../../extension/trainers/trainerClient.ts'
import { pipePath } from '../../trainer/control/pipePath.ts'
import { enterTrainer, listEntries } from '../../trainer/control/registry.ts'
import type { TrainerEntry } from '../../trainer/protocol/control.ts'
import { CONTROL_ERRORS, CONTROL_PROTOCOL } from '../../trainer/protocol/control.ts'
import { identityOf, ownIdentity } from '../../trainer/stores/processIdentity.ts'
import { isAlive } from '../process/labProcess.ts'
import { Machine, until } from './labWindow.ts'
import type { LabWindow } from './labWindow.ts'

const OPTIONS: AttachOptions = { client: 'test', steer: false, helloMilliseconds: 5000, onNotice: () => undefined, onClosed: () => undefined }
const ID = 'feedfacefeedface'

describe('trainers: strangers at the pipe', function () {
  this.timeout(60_000)
  let machine: Machine
  let window: LabWindow
  let directory: string
  let entry: TrainerEntry
  before(async () => {
    machine = new Machine()
    window = machine.window()
    ;({ directory } = await window.start())
    entry = machine.entries()[0]!
  })
  after(() => machine.remove())

  it('turns away a wrong token, and says nothing to it', async () => {
    assert.deepEqual(await attach({ ...entry, token: 'x'.repeat(64) }, OPTIONS), { kind: 'stranger' })
    assert.deepEqual(await attach({ ...entry, token: 'x'.repeat(64) }, { ...OPTIONS, protocol: 99 }), { kind: 'stranger' })
  })

  it('tells a client of another protocol which one it speaks', async () => {
    const attached = await attach(entry, { ...OPTIONS, protocol: CONTROL_PROTOCOL + 1 })
    assert.deepEqual(attached, { kind: 'mismatch', theirs: { protocol: CONTROL_PROTOCOL, runtimeVersion: '0.1.0', pid: entry.pid } })
  })

  it('answers nothing before hello, and lets go of who talks otherwise', async () => {
    const socket = connect(entry.pipe)
    const client = new TrainerClient(socket, { onNotice: () => undefined, onClosed: () => undefined })
    await assert.rejects(client.request('stopNow'), /first request must be hello/)
    client.close()
    const noise = connect(entry.pipe)
    noise.on('error', () => undefined)
    const closed = new Promise((resolve) => noise.once('close', resolve))
    noise.write(Buffer.alloc(1_000_000, 65))
    await closed
    await window.untilStep(directory, (window.run(directory)?.lastEvent?.step ?? 0) + 2)
  })

  it('keeps what entries and pipes hold to the user', () => {
    assert.equal(readdirSync(machine.registry).includes(`${entry.id}.json`), true)
    assert.match(entry.token, /^[0-9a-f]{64}$/)
    assert.equal(entry.directory, directory)
  })
})

describe('trainers: entries that no trainer made', function () {
  this.timeout(60_000)
  let machine: Machine
  let innocent: ChildProcess
  beforeEach(() => {
    machine = new Machine()
    innocent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  })
  afterEach(async () => {
    innocent.kill('SIGKILL')
    await machine.remove()
  })

  const forged = (fields: Partial<TrainerEntry> = {}): TrainerEntry => ({
    version: 1, id: ID, directory: machine.folder, runId: 'forged', pipe: pipePath(machine.registry, ID), token: 'f'.repeat(64),
    host: ownIdentity().host, pid: innocent.pid!, startedAt: 'some other time', protocol: CONTROL_PROTOCOL, runtimeVersion: '1', runtime: '/nowhere', ...fields
  })
  /** As if the innocent process had entered itself. */
  const forgedOfInnocent = (): TrainerEntry => forged(identityOf(innocent.pid!))

  it('sweeps an entry whose process is another one by now, and leaves that process alone', async () => {
    enterTrainer(machine.registry, forged())
    const window = machine.window()
    await window.hub.attachAll()
    assert.deepEqual(window.hub.live, [])
    assert.deepEqual(machine.entries(), [])
    assert.ok(isAlive(innocent.pid!))
  })

  it('never signals a process that neither shook hands nor holds the pipe', async () => {
    enterTrainer(machine.registry, forgedOfInnocent())
    const window = machine.window()
    await window.hub.attachAll()
    await window.untilConnection(machine.folder, 'hung')
    await assert.rejects(window.hub.endHung(machine.folder), /cannot be made sure/)
    assert.ok(isAlive(innocent.pid!))
  })

  /** Somebody who answers the first request of every caller with this. */
  const answering = async (entry: TrainerEntry, answer: object): Promise<Server> => {
    const server = createServer((socket) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 0, ...answer })
      socket.on('error', () => undefined).once('data', () => socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`))
    })
    await new Promise<void>((resolve) => void server.listen(entry.pipe, resolve))
    enterTrainer(machine.registry, entry)
    return server
  }

  it('ignores who answers on the pipe as somebody else', async () => {
    const result = { protocol: 1, runtimeVersion: '1', runId: 'forged', directory: '/other', pid: 1, role: 'steering' }
    const server = await answering(forgedOfInnocent(), { result })
    try {
      const window = machine.window()
      await window.hub.attachAll()
      assert.deepEqual(window.hub.live, [])
    } finally {
      server.close()
    }
  })

  it('explains a trainer that speaks another version of the protocol, and leaves it running', async () => {
    const data = { protocol: 7, runtimeVersion: '9.9.9', pid: innocent.pid }
    const server = await answering(forgedOfInnocent(), { error: { code: CONTROL_ERRORS.protocol, message: 'other version', data } })
    try {
      const window = machine.window()
      await window.hub.attachAll()
      const { connection, explanation } = window.run(machine.folder)!
      assert.equal(connection, 'mismatch')
      assert.match(explanation ?? '', /another version of Rollout Lab \(9\.9\.9, control protocol 7\)/)
      await assert.rejects(window.hub.steer(machine.folder, 'stop'), /cannot be reached now.*another version/)
      await assert.rejects(window.hub.endHung(machine.folder), /not|answers/)
      assert.ok(isAlive(innocent.pid!))
    } finally {
      server.close()
    }
  })

  it('reads no entry through a link, that others can write, of another name, or with another pipe', () => {
    const write = (name: string, content: unknown, mode: number): void => writeFileSync(join(machine.registry, name), JSON.stringify(content), { mode })
    write(`${ID}.json`, forged(), 0o644)
    write('00000000000000aa.json', forged(), 0o600)
    write('00000000000000bb.json', forged({ id: '00000000000000bb', pipe: '/tmp/elsewhere.sock' }), 0o600)
    write('outside', forged({ id: '00000000000000cc', pipe: pipePath(machine.registry, '00000000000000cc') }), 0o600)
    symlinkSync(join(machine.registry, 'outside'), join(machine.registry, '00000000000000cc.json'))
    writeFileSync(join(machine.registry, '00000000000000dd.json'), '{"version":1,', { mode: 0o600 })
    assert.deepEqual(listEntries(machine.registry), [])
    enterTrainer(machine.registry, forged({ id: '00000000000000ee', pipe: pipePath(machine.registry, '00000000000000ee') }))
    assert.equal(listEntries(machine.registry).length, 1)
  })
})

describe('trainers: dead and hung', function () {
  this.timeout(60_000)
  let machine: Machine
  beforeEach(() => (machine = new Machine()))
  afterEach(() => machine.remove())

  it('finds out a killed trainer, explains it, and the run resumes', async () => {
    const window = machine.window()
    const { directory } = await window.start()
    await window.untilStep(directory, 2)
    process.kill(machine.entries()[0]!.pid, 'SIGKILL')
    const { explanation } = await window.untilConnection(directory, 'lost')
    assert.match(explanation ?? '', /resume the run/)
    assert.deepEqual(readdirSync(machine.registry), [])
    await window.hub.resume(directory)
    assert.equal(window.run(directory)?.connection, 'attached')
  })

  it('finds out a hung trainer, takes it back when it answers, and ends it when told', async () => {
    const window = machine.window()
    const { directory } = await window.start()
    const { pid } = machine.entries()[0]!
    process.kill(pid, 'SIGSTOP')
    const { explanation } = await window.untilConnection(directory, 'hung')
    assert.match(explanation ?? '', new RegExp(`Process ${pid} .*has not answered`))
    process.kill(pid, 'SIGCONT')
    await window.untilConnection(directory, 'attached')
    await assert.rejects(window.hub.endHung(directory), /answers/)
    process.kill(pid, 'SIGSTOP')
    await window.untilConnection(directory, 'hung')
    await window.hub.endHung(directory)
    assert.equal(window.run(directory)?.connection, 'lost')
    await until(() => !isAlive(pid))
    assert.equal(existsSync(pipePath(machine.registry, ID)), false)
    await window.hub.resume(directory)
    assert.equal(window.run(directory)?.connection, 'attached')
  })

  it('finds a trainer hung that stopped before the window came', async () => {
    const first = machine.window()
    const { directory } = await first.start()
    first.hub.dispose()
    const { pid } = machine.entries()[0]!
    process.kill(pid, 'SIGSTOP')
    const second = machine.window()
    await second.hub.attachAll()
    await second.untilConnection(directory, 'hung')
    await second.hub.endHung(directory)
    await until(() => !isAlive(pid))
  })
})
