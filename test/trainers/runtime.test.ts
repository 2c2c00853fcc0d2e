import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLabCommand } from '../../extension/trainers/labCommand.ts'
import { NO_PYTHONS } from '../../extension/trainers/machineVariables.ts'
import { chooseNode, findNode } from '../../extension/trainers/nodeProgram.ts'
import { copyRuntime, sweepRuntimes } from '../../extension/trainers/runtimeCopy.ts'
import { Machine, MACHINE_SETTINGS, ROOT, testNode, until } from './labWindow.ts'

describe('trainers: the runtime', function () {
  this.timeout(120_000)
  let machine: Machine
  beforeEach(() => (machine = new Machine()))
  afterEach(() => machine.remove())

  it('is copied whole, once for its content, and trains on its own with the native modules of this platform', async () => {
    const storage = join(machine.folder, 'runtimes')
    const runtime = await copyRuntime(ROOT, storage)
    const { ino } = statSync(runtime.folder)
    assert.deepEqual(await copyRuntime(ROOT, storage), runtime)
    assert.equal(statSync(runtime.folder).ino, ino)
    const [napi] = readdirSync(join(runtime.folder, 'node_modules/onnxruntime-node/bin'))
    assert.deepEqual(readdirSync(join(runtime.folder, 'node_modules/onnxruntime-node/bin', napi!)), [process.platform])
    const window = machine.window({ runtime })
    const { directory } = await window.start({ engine: 'onnx', steps: 1, threads: 1, model: { hiddenSize: 16, layers: 1, heads: 2, keyValueHeads: 1, headSize: 8, intermediateSize: 32, contextLength: 64 } })
    assert.deepEqual(window.hub.runtimesInUse(), new Set([runtime.folder]))
    await window.untilConnection(directory, 'ended')
    assert.equal(window.events.at(-1)?.type, 'runFinished')
    assert.deepEqual(window.said, [])
  })

  it('is swept when old and unused', async () => {
    const storage = join(machine.folder, 'runtimes')
    const old = new Date(Date.now() - 3 * 24 * 3600 * 1000)
    for (const name of ['used', 'unused', 'fresh', 'x.draft-1']) {
      mkdirSync(join(storage, name), { recursive: true })
      if (name !== 'fresh') utimesSync(join(storage, name), old, old)
    }
    await sweepRuntimes(storage, new Set([join(storage, 'used')]))
    assert.deepEqual(readdirSync(storage).sort(), ['fresh', 'used'])
  })

  it('says which native module does not load, and why', async () => {
    const folder = join(machine.folder, 'bare')
    mkdirSync(join(folder, 'dist'), { recursive: true })
    for (const name of ['package.json', 'dist/lab.mjs']) cpSync(join(ROOT, name), join(folder, name))
    const runtime = { folder, version: '0.0.0', lab: join(folder, 'dist', 'lab.mjs') }
    const window = machine.window({ runtime, node: chooseNode({ own: testNode(machine), find: async () => undefined }) })
    await assert.rejects(window.start(), (error: Error & { code?: string }) => error.code === 'host/native-module' && /onnxruntime-node does not load under/.test(error.message))
    assert.deepEqual([machine.entries(), existsSync(machine.runsFolder)], [[], false])
  })

  it('takes a found Node where VS Code’s own cannot, and says so', async function () {
    if (process.platform === 'win32') return
    const script = join(machine.folder, 'old-node')
    writeFileSync(script, '#!/bin/sh\nkill -SEGV $$\n')
    chmodSync(script, 0o755)
    const own = { execPath: script, env: process.env, name: 'VS Code’s own Node' }
    const window = machine.window({ node: chooseNode({ own, find: async () => testNode(machine) }) })
    const { directory } = await window.start({ steps: 1 })
    await window.untilConnection(directory, 'ended')
    assert.equal(window.said.length, 1)
    assert.match(window.said[0]!, /own Node cannot run the trainer, so .* does\..*was killed \(SIGSEGV\)/)
  })

  it('finds a Node on the PATH that is new enough', async () => {
    assert.match((await findNode())?.name ?? '', /^Node \d+\.\d+\.\d+ found on the PATH$/)
  })

  it('runs commands with --json, and ends one that is called off', async () => {
    const lab = createLabCommand({ runtime: async () => ({ folder: ROOT, version: '0', lab: join(ROOT, 'dist', 'lab.mjs') }), node: chooseNode({ own: testNode(machine) }), machine: () => MACHINE_SETTINGS, workspacePythons: async () => NO_PYTHONS })
    const lines: unknown[] = []
    const options = { cwd: machine.folder, onLine: (line: unknown) => void lines.push(line) }
    assert.deepEqual(await lab.run(['run', machine.runFile({ steps: 1 }), '--dry-run', '--json'], options), { code: 0, errors: '' })
    assert.equal(lines.length, 1)
    const wrong = await lab.run(['run', 'none.run.json', '--json'], options)
    assert.notEqual(wrong.code, 0)
    assert.match(wrong.errors, /none\.run\.json/)
    const off = new AbortController()
    lines.length = 0
    const running = lab.run(['run', machine.runFile(), '--json', '--out', join(machine.folder, 'r')], { ...options, signal: off.signal })
    await until(() => lines.length > 2)
    off.abort()
    assert.equal((await running).code, 130)
    rmSync(join(machine.folder, 'r'), { recursive: true, force: true, maxRetries: 5 })
  })
})
