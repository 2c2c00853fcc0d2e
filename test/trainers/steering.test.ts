import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pipePath } from '../../trainer/control/pipePath.ts'
import type { TrainerOrder } from '../../trainer/protocol/control.ts'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { finalState } from '../process/finalState.ts'
import { isAlive } from '../process/labProcess.ts'
import { finishedSteps, Machine, recordedEvents, ROOT, testNode, until } from './labWindow.ts'

describe('trainers: steering and watching', function () {
  this.timeout(60_000)
  let machine: Machine
  beforeEach(() => (machine = new Machine()))
  afterEach(() => machine.remove())

  it('starts a run that other windows find: one steers, the others watch, steering is taken and passed on', async () => {
    const first = machine.window()
    const second = machine.window()
    const { directory, queued } = await first.start()
    assert.equal(queued, false)
    await second.hub.attachAll()
    assert.deepEqual([first.run(directory)?.role, second.run(directory)?.role], ['steering', 'watching'])
    assert.equal(second.run(directory)?.connection, 'attached')
    await assert.rejects(second.hub.steer(directory, 'pause'), /Another window \(window 1\) steers this run/)
    await second.hub.steer(directory, 'takeSteering')
    await until(() => first.run(directory)?.role === 'watching')
    await assert.rejects(first.hub.steer(directory, 'stop'), /window 2/)
    second.hub.dispose()
    await until(() => first.run(directory)?.role === 'steering')
    await first.hub.steer(directory, 'stop')
    await first.untilConnection(directory, 'ended')
    assert.equal(recordedEvents(directory).at(-1)?.type, 'runFinished')
  })

  it('tells events, states, texts and recorded rollouts to those who watch', async () => {
    const window = machine.window()
    const { directory } = await window.start({ sampling: { maxTokens: 64 } })
    await window.untilStep(directory, 5)
    await until(() => window.run(directory)?.state?.status === 'running' && window.recorded.length > 0 && window.partials.length > 0)
    assert.ok((window.run(directory)?.metrics?.['reward/mean'] ?? -1) >= 0)
    const steps = finishedSteps(window.events)
    assert.deepEqual(steps, steps.map((_, i) => steps[0]! + i))
    const { step, rollouts } = window.recorded.at(-1)!
    assert.ok(step >= 0 && rollouts >= 1)
    assert.ok(window.partials.every(({ text, problem }) => text.length > 0 && problem.length > 0))
  })

  it('goes on without its window; a new one finds it, and nothing recorded is missing', async () => {
    const first = machine.window()
    const { directory } = await first.start({ steps: 150 })
    await first.untilStep(directory, 3)
    first.hub.dispose()
    const third = machine.window()
    await third.hub.attachAll()
    assert.equal(third.run(directory)?.connection, 'attached')
    assert.equal(third.run(directory)?.role, 'steering')
    await third.untilConnection(directory, 'ended')
    const events = recordedEvents(directory)
    assert.deepEqual(finishedSteps(events), Array.from({ length: 150 }, (_, i) => i + 1))
    assert.equal(events.at(-1)?.type, 'runFinished')
    const recorded = new Set(events.map((event) => JSON.stringify(event)))
    assert.deepEqual([...first.events, ...third.events].filter((event) => !recorded.has(JSON.stringify(event))), [])
    assert.equal(third.events.at(-1)?.type, 'runFinished')
    await until(() => machine.entries().length === 0)
    assert.deepEqual(readdirSync(machine.registry), [])
  })

  it('begins without its window where that goes before it hears that the run has begun; a new one finds it', async () => {
    const directory = join(machine.runsFolder, 'ordered')
    const order: TrainerOrder = {
      kind: 'launch', file: machine.runFile(), overrides: [], directory, registry: machine.registry, id: '0123456789abcdef',
      pipe: pipePath(machine.registry, '0123456789abcdef'), token: 't'.repeat(32), asksGit: false
    }
    const { execPath, env } = testNode(machine)
    const trainer = spawn(execPath, [join(ROOT, 'dist', 'lab.mjs'), 'host'], { env, detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
    trainer.stdout.destroy()
    trainer.stdin.end(JSON.stringify(order))
    await until(() => machine.entries().length === 1)
    const window = machine.window()
    await window.hub.attachAll()
    await window.untilStep(directory, 3)
    assert.equal(window.run(directory)?.role, 'steering')
  })

  it('goes on through ten reloads of its window: no step, no rollout lost or doubled', async () => {
    let window = machine.window()
    const { directory } = await window.start()
    for (let reload = 0; reload < 10; reload++) {
      await window.untilStep(directory, reload + 1)
      window.hub.dispose()
      window = machine.window()
      await window.hub.attachAll()
      await window.untilConnection(directory, 'attached')
    }
    await window.hub.steer(directory, 'stop')
    await window.untilConnection(directory, 'ended')
    await until(() => machine.entries().length === 0)
    const last = finishedSteps(recordedEvents(directory)).length
    const { ids, finishedSteps: steps } = await finalState(directory, last)
    assert.deepEqual(steps, Array.from({ length: last }, (_, i) => i + 1))
    assert.equal(new Set(ids).size, ids.length)
    assert.equal(ids.filter((id) => id.startsWith('t')).length, last * 4)
    assert.equal(recordedEvents(directory).filter(({ type }) => type === 'runStarted').length, 1)
  })

  it('pauses at a safe point with a checkpoint, goes on, and stops while paused', async () => {
    const window = machine.window()
    const { directory } = await window.start()
    await window.untilStep(directory, 2)
    await window.hub.steer(directory, 'pause')
    await until(() => window.run(directory)?.state?.status === 'paused')
    const paused = finishedSteps(recordedEvents(directory)).length
    assert.equal(recordedEvents(directory).at(-1)?.type, 'runPaused')
    assert.ok(recordedEvents(directory).some((event) => event.type === 'checkpointSaved' && event.step === paused))
    await assert.rejects(openRun(directory), /in use/)
    await window.hub.steer(directory, 'continue')
    await until(() => finishedSteps(recordedEvents(directory)).length > paused)
    await assert.rejects(window.hub.steer(directory, 'continue'), /not paused/)
    await window.hub.steer(directory, 'pause')
    await until(() => window.run(directory)?.state?.status === 'paused')
    await window.hub.steer(directory, 'stop')
    await window.untilConnection(directory, 'ended')
    const types = recordedEvents(directory).map(({ type }) => type)
    assert.deepEqual(types.filter((type) => type === 'runPaused' || type === 'runContinued' || type === 'runFinished'), ['runPaused', 'runContinued', 'runPaused', 'runFinished'])
    assert.equal(window.run(directory)?.state?.status, 'stopped')
  })

  it('stops at once, and resumes in a trainer of its own', async () => {
    const window = machine.window()
    const { directory } = await window.start({ steps: 1000 })
    await window.untilStep(directory, 2)
    const [before] = machine.entries()
    await window.hub.steer(directory, 'stopNow')
    await window.untilConnection(directory, 'ended')
    await until(() => !isAlive(before!.pid))
    assert.deepEqual(await window.hub.resume(directory), { queued: false })
    await assert.rejects(window.hub.resume(directory), /going on already/)
    const [after] = machine.entries()
    assert.notEqual(after?.pid, before?.pid)
    await window.untilStep(directory, finishedSteps(recordedEvents(directory)).length + 2)
    const steps = finishedSteps(recordedEvents(directory))
    assert.deepEqual(steps, steps.map((_, i) => i + 1))
  })

  it('tells why a run ended whose directory was deleted under it', async () => {
    const window = machine.window()
    const { directory } = await window.start()
    await window.untilStep(directory, 2)
    const [entry] = machine.entries()
    renameSync(directory, `${directory}-away`)
    rmSync(`${directory}-away`, { recursive: true, force: true, maxRetries: 10 })
    const { explanation, lastEvent } = await window.untilConnection(directory, 'ended')
    assert.equal(lastEvent?.type, 'runFailed')
    assert.match(explanation ?? '', new RegExp(directory.replaceAll('/', '\\/')))
    await until(() => !isAlive(entry!.pid))
    assert.deepEqual(machine.entries(), [])
  })

  it('refuses what cannot start, with the reason, and leaves nothing behind', async () => {
    const window = machine.window()
    await assert.rejects(window.start({ environment: { name: 'arithmetic-chian' } }), (error: Error) => /arithmetic-chain/.test(error.message))
    await assert.rejects(window.hub.start({ file: join(machine.folder, 'none.run.json'), overrides: [], directory: join(machine.runsFolder, 'a') }), /no run file/)
    const careful = machine.window({ trusted: false })
    await assert.rejects(careful.start(), /not trusted/)
    assert.deepEqual(machine.entries(), [])
    assert.equal(existsSync(machine.runsFolder), false)
  })
})
