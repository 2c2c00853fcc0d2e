import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hashTold } from '../../extension/starting/refusals.ts'
import { chooseNode } from '../../extension/trainers/nodeProgram.ts'
import { StartQueue } from '../../extension/trainers/startQueue.ts'
import { logOf } from '../../extension/trainers/startTrainer.ts'
import { pipePath } from '../../trainer/control/pipePath.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { readModuleSources } from '../../trainer/sandbox/modules/moduleSources.ts'
import { identityOf } from '../../trainer/stores/processIdentity.ts'
import { isAlive } from '../process/labProcess.ts'
import { Machine, recordedEvents, testNode, until } from './labWindow.ts'
import type { LabWindow } from './labWindow.ts'

const hasFinished = (directory: string): boolean => existsSync(join(directory, 'events.jsonl')) && recordedEvents(directory).at(-1)?.type === 'runFinished'

/** Reads what it wants: it may run only where somebody approved of it. */
const REWARD = `import os from 'node:os'
export const reward = { name: 'own', score: () => ({ score: os.cpus().length > 0 ? 1 : 0, why: 'fine' }) }`

/** The window that reached a trainer first which had waited: any may start it. */
async function steererOf(directory: string, ...windows: readonly LabWindow[]): Promise<LabWindow> {
  const steering = (): LabWindow | undefined => windows.find((window) => window.run(directory)?.role === 'steering')
  await until(() => steering() !== undefined)
  return steering()!
}

describe('trainers: the queue', function () {
  this.timeout(60_000)
  let machine: Machine
  beforeEach(() => (machine = new Machine()))
  afterEach(() => machine.remove())

  it('runs one at a time; what waits is seen in every window, can be reordered, and starts once', async () => {
    const first = machine.window()
    const second = machine.window()
    await second.hub.attachAll()
    const a = await first.start({ name: 'a' })
    const b = await first.start({ name: 'b', steps: 3 }, 'b.run.json')
    const c = await second.start({ name: 'c' }, 'c.run.json')
    assert.deepEqual([a.queued, b.queued, c.queued], [false, true, true])
    await until(() => first.hub.queue.length === 2)
    assert.deepEqual(second.hub.queue.map(({ label }) => label), ['b', 'c'])
    await second.hub.moveInQueue(second.hub.queue[1]!.id, 0)
    await until(() => first.hub.queue[0]?.label === 'c')
    assert.equal(first.run(a.directory)?.role, 'steering')
    await first.hub.steer(a.directory, 'stopNow')
    await first.untilConnection(c.directory, 'attached')
    await until(() => first.hub.queue.length === 1)
    assert.equal(machine.entries().length, 1)
    assert.equal(existsSync(b.directory), false)
    await until(() => second.run(c.directory)?.connection === 'attached')
    await (await steererOf(c.directory, first, second)).hub.steer(c.directory, 'stopNow')
    await until(() => hasFinished(b.directory))
    await until(() => first.hub.queue.length === 0 && machine.entries().length === 0)
    assert.deepEqual([...first.failures, ...second.failures], [])
    assert.equal(recordedEvents(c.directory).filter(({ type }) => type === 'runStarted').length, 1)
  })

  it('trains what the run file said when the start was asked for, whatever becomes of the file', async () => {
    const window = machine.window()
    const a = await window.start()
    const [edited, gone] = [await window.start({ name: 'edited', steps: 2 }, 'edited.run.json'), await window.start({ name: 'gone', steps: 3 }, 'gone.run.json')]
    writeFileSync(join(machine.folder, 'edited.run.json'), '{ "steps": a half')
    rmSync(join(machine.folder, 'gone.run.json'))
    await window.hub.steer(a.directory, 'stopNow')
    await until(() => [edited, gone].every(({ directory }) => hasFinished(directory)))
    const steps = [edited, gone].map(({ directory }) => recordedEvents(directory).filter(({ type }) => type === 'stepFinished').length)
    assert.deepEqual([steps, window.failures], [[2, 3], []])
  })

  it('survives the windows: the next one takes it up', async () => {
    const first = machine.window()
    const a = await first.start()
    await first.start({ name: 'b', steps: 2 }, 'b.run.json')
    await first.start({ name: 'gone' }, 'gone.run.json')
    await first.hub.removeFromQueue(first.hub.queue[1]!.id)
    first.hub.dispose()
    const next = machine.window()
    assert.deepEqual(next.hub.queue.map(({ label }) => label), ['b'])
    await next.hub.attachAll()
    assert.deepEqual(next.hub.queue.map(({ label }) => label), ['b'])
    await next.hub.steer(a.directory, 'stop')
    await until(() => next.hub.queue.length === 0 && machine.entries().length === 0 && next.hub.live.length === 2)
    assert.deepEqual(next.failures, [])
  })

  it('keeps a start whose window goes before its trainer lives, for the next window', async () => {
    const first = machine.window({ runtime: new Promise<never>(() => undefined) })
    void first.start({ name: 'a', steps: 2 })
    const queue = new StartQueue(join(machine.storage, 'queue.json'))
    await until(() => queue.refresh() && queue.waiting.length === 1)
    assert.deepEqual(first.hub.queue, [])
    const { directory } = queue.waiting[0]!
    first.hub.dispose()
    rmSync(join(machine.registry, 'start.lock'))
    const next = machine.window()
    assert.deepEqual(next.hub.queue.map(({ label }) => label), ['a'])
    await next.hub.attachAll()
    await until(() => hasFinished(directory))
    await until(() => next.hub.queue.length === 0 && machine.entries().length === 0)
    assert.deepEqual(next.failures, [])
  })

  it('leaves the device to a trainer that still prepares its run, though its window is gone', async () => {
    const lab = join(machine.folder, 'silent.mjs')
    writeFileSync(lab, `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(machine.folder)} + '/pid-' + process.pid, ''); setInterval(() => undefined, 1000)`)
    const runtime = { folder: machine.folder, version: '0.0.0', lab }
    const pids = (): number[] => readdirSync(machine.folder).filter((name) => name.startsWith('pid-')).map((name) => Number(name.slice(4)))
    const first = machine.window({ runtime, node: chooseNode({ own: testNode(machine), find: async () => undefined }) })
    first.start({ name: 'a' }).catch(() => undefined)
    await until(() => pids().length === 1)
    assert.equal((await first.start({ name: 'b' }, 'b.run.json')).queued, true)
    first.hub.dispose()
    rmSync(join(machine.registry, 'start.lock'))
    const next = machine.window()
    await next.hub.attachAll()
    const added = machine.window()
    const c = await added.start({ name: 'c' }, 'c.run.json')
    await until(() => next.hub.queue.length === 3)
    assert.deepEqual([c.queued, next.hub.queue.map(({ label, starting }) => [label, starting]), machine.entries()], [true, [['a', true], ['b', false], ['c', false]], []])
    process.kill(pids()[0]!, 'SIGKILL')
    await until(() => machine.entries().length === 1 && next.hub.queue.length === 1)
    assert.deepEqual([next.hub.queue.map(({ label }) => label), pids().length], [['c'], 1])
  })

  it('ends a trainer that still prepares its run for a window that is gone, where its start is taken out', async () => {
    const queue = new StartQueue(join(machine.storage, 'queue.json'))
    const { id, directory } = queue.add({ label: 'a', directory: join(machine.runsFolder, 'a'), request: { file: machine.runFile(), overrides: [] }, asksGit: true })
    const child = spawn(process.execPath, ['-e', `require('node:net').createServer().listen(${JSON.stringify(pipePath(machine.registry, id))}, () => process.stdout.write('.'))`], { timeout: 20_000 })
    await once(child.stdout, 'data')
    queue.prepared(id, identityOf(child.pid!), { pid: process.pid, startedAt: 'another time' })
    const log = logOf(machine.storage, { directory, id })
    mkdirSync(dirname(log))
    writeFileSync(log, '')
    const next = machine.window()
    await next.hub.attachAll()
    assert.deepEqual(next.hub.queue.map(({ label, starting }) => [label, starting]), [['a', true]])
    const ended = once(child, 'exit')
    await next.hub.removeFromQueue(id)
    assert.deepEqual([await ended, next.hub.queue, next.failures], [[null, 'SIGKILL'], [], []])
  })

  it('answers at once while something starts: what comes then waits, is moved and is taken out', async () => {
    const first = machine.window({ runtime: new Promise<never>(() => undefined) })
    const starting = first.start({ name: 'a' })
    const second = machine.window()
    await until(() => new StartQueue(join(machine.storage, 'queue.json')).waiting.length === 1)
    const b = await second.start({ name: 'b' }, 'b.run.json')
    const c = await first.start({ name: 'c' }, 'c.run.json')
    assert.deepEqual([b.queued, c.queued], [true, true])
    const idOf = (name: string): string => second.hub.queue.find(({ label }) => label === name)!.id
    await until(() => second.hub.queue.length === 3)
    await second.hub.moveInQueue(idOf('c'), 1)
    assert.deepEqual(second.hub.queue.map(({ label }) => label), ['a', 'c', 'b'])
    for (const name of ['b', 'c']) await second.hub.removeFromQueue(idOf(name))
    assert.deepEqual(second.hub.queue.map(({ label }) => label), ['a'])
    await second.hub.removeFromQueue(idOf('a'))
    await assert.rejects(starting, { code: 'cancelled' })
    assert.deepEqual([first.failures, second.failures, machine.entries()], [[], [], []])
  })

  it('ends the trainer of a start that is cancelled, and shows meanwhile that it is being made', async () => {
    const lab = join(machine.folder, 'silent.mjs')
    const pidFile = join(machine.folder, 'pid')
    writeFileSync(lab, `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => undefined, 1000)`)
    const window = machine.window({ runtime: { folder: machine.folder, version: '0.0.0', lab } })
    const cancel = new AbortController()
    const file = machine.runFile()
    const starting = window.hub.start({ file, overrides: [], directory: join(machine.runsFolder, 'a') }, cancel.signal)
    const other = machine.window({ trusted: false })
    await other.hub.attachAll()
    await until(() => other.hub.queue[0]?.starting === true && existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '')
    cancel.abort()
    await assert.rejects(starting, { code: 'cancelled' })
    await until(() => !isAlive(Number(readFileSync(pidFile, 'utf8'))))
    assert.deepEqual([window.hub.queue, window.failures], [[], []])
    await until(() => other.hub.queue.length === 0)
  })

  it('starts nothing twice whose trainer was given its order', async () => {
    const first = machine.window()
    const { directory } = await first.start({ name: 'a' })
    const [{ id } = { id: '' }] = machine.entries()
    const file = join(machine.storage, 'queue.json')
    const item = { id, label: 'a', directory, request: { resume: directory }, asksGit: true }
    writeFileSync(file, JSON.stringify({ version: 1, waiting: [item] }))
    await until(() => new StartQueue(file).waiting.length === 0)
    assert.deepEqual(machine.entries().map((entry) => entry.id), [id])
    await first.hub.steer(directory, 'stopNow')
    await until(() => machine.entries().length === 0)
    assert.deepEqual(first.failures, [])
  })

  it('resumes a run once that is asked for twice, whether it starts or waits', async () => {
    const window = machine.window()
    const other = machine.window()
    const { directory } = await window.start({ name: 'a' })
    await window.untilStep(directory, 2)
    await window.hub.steer(directory, 'stopNow')
    await until(() => machine.entries().length === 0 && window.run(directory)?.connection === 'ended')
    const twice = await Promise.allSettled([window, other].map(({ hub }) => hub.resume(directory)))
    assert.deepEqual(twice.map((each) => (each.status === 'rejected' ? (each.reason as { code?: unknown }).code : each.value.queued)).filter((each) => each !== 'running' && each !== true), [false])
    assert.deepEqual([new StartQueue(join(machine.storage, 'queue.json')).waiting, machine.entries().length], [[], 1])
  })

  it('tells of a queued start that fails, and goes on with the next', async () => {
    const window = machine.window()
    const { directory } = await window.start()
    await window.start({ steps: -1 }, 'bad.run.json')
    const good = await window.start({ steps: 2 }, 'good.run.json')
    await window.hub.steer(directory, 'stopNow')
    await until(() => hasFinished(good.directory))
    await until(() => machine.entries().length === 0 && window.hub.queue.length === 0)
    assert.equal(window.failures.length, 1)
    assert.match(window.failures[0]!, /^bad: .*steps/)
  })

  it('tells what a queued start was refused without, so that it can be made again with that', async () => {
    const window = machine.window()
    const { directory } = await window.start()
    writeFileSync(join(machine.folder, 'own.mjs'), REWARD)
    await window.start({ steps: 2, rewards: [{ name: 'module', path: 'own.mjs' }] }, 'refused.run.json')
    await window.hub.steer(directory, 'stopNow')
    await until(() => window.failedStarts.length === 1)
    const { request, error } = window.failedStarts[0]!
    assert.equal((error as { code?: unknown }).code, 'trust/not-approved')
    assert.ok('file' in request && !existsSync(request.directory))
    await window.hub.start({ ...request, trustedModules: [hashTold(error)!] })
    await until(() => hasFinished(request.directory))
    await until(() => machine.entries().length === 0)
    assert.equal(window.failures.length, 1)
  })

  it('starts nothing with code that has changed since it was shown, while its run waited', async () => {
    const window = machine.window()
    const { directory } = await window.start()
    const module = join(machine.folder, 'own.mjs')
    writeFileSync(module, REWARD)
    const shown = readModuleSources(module, machine.folder).hash
    const file = machine.runFile({ steps: 2, rewards: [{ name: 'module', path: 'own.mjs' }] }, 'once.run.json')
    assert.equal((await window.hub.start({ file, overrides: [], directory: join(machine.runsFolder, 'once'), trustedModules: [shown] })).queued, true)
    writeFileSync(module, `${REWARD} // edited`)
    await window.hub.steer(directory, 'stopNow')
    await until(() => window.failedStarts.length === 1)
    const { error, request } = window.failedStarts[0]!
    assert.match(String(error), /none of what was let run this once: it has changed since/)
    assert.deepEqual([hashTold(error), existsSync(join(machine.runsFolder, 'once'))], [readModuleSources(module, machine.folder).hash, false])
    writeFileSync(module, REWARD)
    assert.ok('file' in request)
    await window.hub.start(request)
    await until(() => hasFinished(request.directory))
    await until(() => machine.entries().length === 0)
  })

  it('lets a run on another device start beside one that computes on the CPU', async () => {
    const window = machine.window({ gpu: true })
    const { directory } = await window.start()
    const startsNow = (fields: Partial<RunFileInput>, name: string, ...overrides: string[]): boolean => window.hub.startsNow({ file: machine.runFile(fields, name), overrides })
    assert.equal(startsNow({}, 'cpu.run.json'), false)
    assert.equal(startsNow({ engine: 'torch', torch: { device: 'cpu' } }, 'torch-cpu.run.json'), false)
    assert.equal(startsNow({ engine: 'torch' }, 'gpu.run.json'), true)
    assert.equal(startsNow({}, 'cpu.run.json', 'engine=torch', 'torch.device=cuda:1'), true)
    assert.equal(machine.window({ gpu: false }).hub.startsNow({ file: machine.runFile({ engine: 'torch' }, 'gpu.run.json'), overrides: [] }), false)
    await window.hub.steer(directory, 'stopNow')
    await until(() => machine.entries().length === 0)
  })

  it('lets more run where the device takes more, and waits where nothing may be run', async () => {
    const careful = machine.window({ trusted: false })
    const window = machine.window({ runsPerDevice: 2 })
    const runs = [await window.start(), await window.start(), await window.start()]
    assert.deepEqual(runs.map(({ queued }) => queued), [false, false, true])
    window.hub.dispose()
    await careful.hub.attachAll()
    await careful.hub.steer(runs[0]!.directory, 'stopNow')
    await careful.hub.steer(runs[1]!.directory, 'stopNow')
    await until(() => machine.entries().length === 0)
    await careful.hub.attachAll()
    assert.equal(careful.hub.queue.length, 1)
  })
})
