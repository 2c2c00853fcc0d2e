import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CodeTask } from '../../trainer/protocol/execution.ts'
import type { ExecutionRecord } from '../../trainer/protocol/execution.ts'
import { createExecutor } from '../../trainer/sandbox/createExecutor.ts'
import type { Executor } from '../../trainer/sandbox/executor.ts'
import { quickjsBackend } from '../../trainer/sandbox/quickjs/quickjsBackend.ts'
import { PATCHED_BUILTINS } from './quickjs/builtins.ts'
import { ABUSED_FUNCTIONS, ESCAPES } from './quickjs/escapes.ts'
import { LEFTOVERS, OUTPUT_FLOODS } from './quickjs/floods.ts'
import { MEMORY_BOMBS, RECURSION_BOMBS } from './quickjs/memory.ts'
import { SECRET } from './quickjs/program.ts'
import type { HostileProgram } from './quickjs/program.ts'
import { EARLY_EXITS, FORGED_ANSWERS } from './quickjs/results.ts'
import { ENDLESS_PROGRAMS } from './quickjs/time.ts'

const PROGRAMS: Readonly<Record<string, readonly HostileProgram[]>> = {
  'fills memory': MEMORY_BOMBS, recurses: RECURSION_BOMBS, 'never ends': ENDLESS_PROGRAMS, 'patches built-ins': PATCHED_BUILTINS,
  'forges answers': FORGED_ANSWERS, 'leaves early': EARLY_EXITS, 'reaches for the machine': ESCAPES, 'abuses what leads out': ABUSED_FUNCTIONS,
  'floods output': OUTPUT_FLOODS, 'leaves something behind': LEFTOVERS
}

/** The next candidate: right only in a world that nobody has touched. */
const NEIGHBOUR = `export function f(a, b) {
  const untouched = [typeof leaked, typeof a, typeof v, [].leaked, ({}).leaked, process.env.leaked, process.exitCode, Object.keys(Object.prototype).length, globalThis[Symbol.for('leaked')]]
  const works = [a + b, JSON.parse(JSON.stringify({ a })).a, [3, 1, 2].sort().join(), 'abc'.replace(/b/, 'x'), Math.max(a, b), Date.now() > 1e12, Math.random() > 0]
  return [untouched.map(String), works, new Map([[1, 2]]).get(1), [...'ab'].length, /(a)/.exec('a')[1]]
}`
const EXPECTED = [
  ['undefined', 'number', 'undefined', 'undefined', 'undefined', 'undefined', 'undefined', '0', 'undefined'],
  [7, 3, '1,2,3', 'axc', 4, true, true], 2, 2, 'a'
]

const task = ({ text, endless, prints }: Omit<HostileProgram, 'name' | 'verdict'>, files: { readonly path: string }, port: number): CodeTask => CodeTask.parse({
  kind: 'code', language: 'javascript', files: [{ path: 'main.js', text: text.replaceAll('$FILE', files.path).replaceAll('$PORT', String(port)) }],
  tests: [{ name: 'adds', visible: true, ...(prints ? { style: 'stdin', stdin: '2 3\n', expected: '5' } : { style: 'call', function: 'f', args: [2, 3], expected: 5 }) }],
  limits: { wallSeconds: endless ? 0.05 : 60, cpuSeconds: 60, memoryMegabytes: 32 }
})
const NEIGHBOURS_TASK = CodeTask.parse({
  kind: 'code', language: 'javascript', files: [{ path: 'main.js', text: NEIGHBOUR }], limits: { wallSeconds: 60, cpuSeconds: 60 },
  tests: [{ name: 'works', visible: true, style: 'call', function: 'f', args: [3, 4], expected: EXPECTED }]
})

describe('hostile programs in QuickJS', function () {
  this.timeout(60_000)
  let executor: Executor
  let server: Server
  let folder: string
  let connections = 0
  const file = { path: '' }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rollout-lab-hostile-'))
    file.path = join(folder, 'secret.txt')
    writeFileSync(file.path, SECRET)
    process.env['ROLLOUT_LAB_CANARY'] = SECRET
    server = createServer((socket) => {
      connections++
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    executor = createExecutor({ sandboxes: [await quickjsBackend({ workers: 1 }).open()], retries: 0, concurrency: 1 })
  })
  after(async () => {
    delete process.env['ROLLOUT_LAB_CANARY']
    await executor.close()
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true })
  })

  const run = (program: HostileProgram): Promise<ExecutionRecord> => executor.run(task(program, file, (server.address() as AddressInfo).port))

  for (const [kind, programs] of Object.entries(PROGRAMS)) {
    describe(`who ${kind}`, () => {
      for (const program of programs) {
        it(program.name, async () => {
          const record = await run(program)
          const [judged] = record.tests
          assert.equal(record.failure, null)
          assert.ok([program.verdict].flat().includes(judged!.verdict!), JSON.stringify(judged))
          assert.deepEqual(record.signals.map((signal) => signal.kind), program.signals ?? [])
          assert.doesNotMatch(JSON.stringify({ ...record, files: [] }), new RegExp(SECRET))
          const next = await executor.run(NEIGHBOURS_TASK)
          assert.deepEqual(next.tests.map(({ verdict, why, output }) => [verdict, verdict === 'pass' ? '' : why, output]), [['pass', '', '']])
        })
      }
    })
  }

  it('reached nothing outside: no connection, no file, no change', () => {
    assert.equal(connections, 0)
    assert.deepEqual(readdirSync(folder), ['secret.txt'])
    assert.equal(readFileSync(file.path, 'utf8'), SECRET)
  })

  it('gives others right results while those that are quick run all at once', async () => {
    const many = createExecutor({ sandboxes: [await quickjsBackend({ workers: 2 }).open()], retries: 0, concurrency: 16 })
    try {
      const all = [...PATCHED_BUILTINS, ...FORGED_ANSWERS, ...EARLY_EXITS, ...ESCAPES, ...LEFTOVERS]
      const runs = all.flatMap((program) => [many.run(task(program, file, 0)), many.run(NEIGHBOURS_TASK)])
      const neighbours = (await Promise.all(runs)).filter((_, i) => i % 2 === 1)
      assert.deepEqual(new Set(neighbours.map(({ failure, tests: [judged] }) => failure ?? judged?.verdict)), new Set(['pass']))
    } finally {
      await many.close()
    }
  })
})
