import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { WatchedTrainer } from '../../extension/trainers/watchedTrainer.ts'
import { pipePath } from '../../trainer/control/pipePath.ts'
import type { TrainerEntry } from '../../trainer/protocol/control.ts'
import type { RunState } from '../../trainer/protocol/runState.ts'
import { recordedEvents, Machine, until } from './labWindow.ts'
import type { LabWindow } from './labWindow.ts'

const NO_PROCESS = 2 ** 22 - 1

describe('trainers: windows without people, trainers without last words', function () {
  this.timeout(60_000)
  let machine: Machine
  beforeEach(() => (machine = new Machine()))
  afterEach(() => machine.remove())

  /** Two windows attached to one run: the first steers, and nobody sits at it any more. */
  async function letGo(): Promise<{ readonly first: LabWindow; readonly second: LabWindow; readonly directory: string }> {
    const first = machine.window()
    const { directory } = await first.start()
    assert.equal(first.asked, 0)
    const second = machine.window()
    await second.hub.attachAll()
    await until(() => first.asked === 1)
    assert.deepEqual([second.run(directory)?.role, second.asked], ['watching', 0])
    first.hub.present = false
    await until(() => second.run(directory)?.role === 'steering')
    assert.equal(first.run(directory)?.connection, 'attaching')
    return { first, second, directory }
  }

  it('asks the window that steers when another would like to; one that nobody sits at lets go, and whoever inherits is asked as well', async () => {
    const { first, second, directory } = await letGo()
    assert.equal(second.asked, 1)
    first.hub.present = true
    await first.untilConnection(directory, 'attached')
    assert.equal(first.run(directory)?.role, 'steering')
    await until(() => second.run(directory)?.role === 'watching')
    await first.hub.steer(directory, 'stop')
    await second.untilConnection(directory, 'ended')
    assert.equal(recordedEvents(directory).at(-1)?.type, 'runFinished')
  })

  it('leaves steering to those who used it while the window was without people', async () => {
    const { first, second, directory } = await letGo()
    await second.hub.steer(directory, 'pause')
    first.hub.present = true
    await first.untilConnection(directory, 'attached')
    assert.equal(first.run(directory)?.role, 'watching')
    await second.hub.steer(directory, 'stop')
    await second.untilConnection(directory, 'ended')
  })

  it('does not attach to what it starts while nobody sits at it', async () => {
    const window = machine.window()
    window.hub.present = false
    const { directory } = await window.start()
    assert.equal(window.run(directory)?.connection, 'attaching')
    window.hub.present = true
    assert.equal((await window.untilConnection(directory, 'attached')).role, 'steering')
  })

  it('lets go of a trainer whose answer comes after it was withdrawn from', async () => {
    await machine.window().start()
    const watched = watching(machine.entries()[0]!)
    const looking = watched.look()
    watched.withdraw()
    assert.equal(await looking, true)
    assert.equal(watched.shown.connection, 'attaching')
    await watched.look()
    assert.equal(watched.shown.connection, 'attached')
    watched.dispose()
  })

  const nothing = (): void => undefined
  const watching = (entry: TrainerEntry): WatchedTrainer => new WatchedTrainer(
    entry, { folder: machine.registry, client: 'test', times: { helloMilliseconds: 60_000, pingMilliseconds: 60_000, hungMilliseconds: 60_000 }, changed: nothing, event: nothing, partial: nothing, recorded: nothing, asked: nothing }
  )

  /** A trainer that has gone without a word that this window heard, and what its run directory records. */
  async function gone(state: Partial<RunState>): Promise<WatchedTrainer> {
    const directory = join(machine.folder, 'gone')
    mkdirSync(directory, { recursive: true })
    const recorded: RunState = { version: 1, runId: 'r', status: 'running', stage: 'rl', step: 3, steps: 9, seconds: 1, updatedAt: '2026-01-01T00:00:00.000Z', ...state }
    writeFileSync(join(directory, 'state.json'), JSON.stringify(recorded))
    const id = '0123456789abcdef'
    const watched = watching({ version: 1, id, directory, runId: 'r', pipe: pipePath(machine.registry, id), token: 'x'.repeat(32), host: hostname(), pid: NO_PROCESS, protocol: 1, runtimeVersion: '0', runtime: '/' })
    await watched.look()
    return watched
  }

  it('is never lost where its run directory records how it ended', async () => {
    for (const status of ['stopped', 'finished'] as const) {
      const { shown } = await gone({ status })
      assert.deepEqual([shown.connection, shown.state?.status, shown.explanation], ['ended', status, undefined])
    }
    const { shown } = await gone({ status: 'failed', error: { code: 'x', message: 'The disk is full.', remedy: 'Make room.' } })
    assert.deepEqual([shown.connection, shown.explanation], ['ended', 'The disk is full. Make room.'])
  })

  it('is lost where it records none, or that of another run', async () => {
    for (const state of [{}, { status: 'stopped', runId: 'another' }] as const) assert.equal((await gone(state)).shown.connection, 'lost')
  })
})
