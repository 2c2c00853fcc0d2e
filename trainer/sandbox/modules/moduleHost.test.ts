import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../errors.ts'
import { ModuleHost } from './moduleHost.ts'
import type { ModuleLimits } from './moduleHost.ts'
import { Workspace } from './workspace.fixture.ts'

const SECRET = 'ROLLOUT_LAB_TEST_API_KEY'
const refusal = (code: string, message = /./) => (error: unknown) => LabError.is(error, code) && message.test(error.message)

/** A dead process that nobody has waited for yet, as in a container without an init process, counts as dead. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    assert.match(String((error as NodeJS.ErrnoException).code), /ESRCH|ENOENT/)
    return false
  }
}

/** A reward that does what the completion says, next to one that works. */
const HOSTILE = `
import { writeSync } from 'node:fs'
let calls = 0
const acts: Record<string, () => unknown> = {
  works: () => ({ score: 1, why: 'call ' + ++calls }),
  throws: () => { throw new Error('no \\u001b[31mluck') },
  rejects: async () => { throw new Error('later') },
  'throws nothing': () => { throw undefined },
  hangs: () => { for (;;) {} },
  'waits for ever': () => new Promise(() => {}),
  exits: () => process.exit(0),
  kills: () => process.kill(process.pid, 'SIGKILL'),
  'rejects unhandled': () => { void Promise.reject(new Error('stray')); return new Promise(() => {}) },
  allocates: () => { const hoard: unknown[] = []; for (;;) hoard.push(new Array(1e5).fill(Math.random())) },
  'prints garbage': () => { console.log('Content-Length: 5\\r\\n\\r\\n{}'); writeSync(1, 'garbage'); return { score: 1, why: 'printed' } },
  'forges an answer': () => { writeSync(3, 'Content-Length: nonsense\\r\\n\\r\\n'); return { score: 1, why: 'forged' } },
  'answers too much': () => ({ score: 1, why: 'x'.repeat(1e6) }),
  'looks for secrets': () => ({ score: 1, why: JSON.stringify(process.env) }),
  cycles: () => { const me: Record<string, unknown> = {}; me.me = me; return me }
}
export const reward = { score: (input: { completion: string }) => acts[input.completion]!() }
`

describe('ModuleHost', () => {
  const workspace = new Workspace()
  const hosts: ModuleHost[] = []
  const open = (name: string, source: string, limits: Partial<ModuleLimits> = {}): ModuleHost => {
    const host = new ModuleHost(workspace.approved(name, source), limits)
    hosts.push(host)
    return host
  }
  const act = (host: ModuleHost, completion: string, seconds = 30) => host.call('reward.score', [{ completion }, {}], { seconds })
  after(() => {
    for (const host of hosts) host.close()
    workspace.remove()
  })

  it('runs TypeScript with relative imports, and keeps the module loaded between calls', async () => {
    workspace.write('lib/one.ts', `export const one: number = 1 satisfies number`)
    const host = open('typed.ts', `
      import type { Nothing } from './nowhere.ts'
      import { one } from './lib/one.js'
      interface Answer { score: number; why: string }
      let calls = 0
      export const reward = { name: 'typed', score: (_: unknown, options: { by: number }): Answer => ({ score: one * options.by, why: String(++calls) }) }
    `)
    assert.deepEqual(await host.call('reward.score', [{}, { by: 3 }], { seconds: 30 }), { score: 3, why: '1' })
    assert.deepEqual(await host.call('reward.score', [{}, { by: 4 }], { seconds: 30 }), { score: 4, why: '2' })
  })

  it('runs JavaScript', async () => {
    const host = open('plain.mjs', `export const reward = { score: async () => ({ score: 0.5, why: 'js' }) }`)
    assert.deepEqual(await act(host, ''), { score: 0.5, why: 'js' })
  })

  it('tells what the module threw in its own words, with the line, and goes on in the same process', async () => {
    const host = open('hostile.ts', HOSTILE)
    await act(host, 'works')
    await assert.rejects(act(host, 'throws'), refusal('sandbox/module-threw', /^no [^\u001b]*luck \(hostile\.ts:6\)$/))
    await assert.rejects(act(host, 'rejects'), refusal('sandbox/module-threw', /^later \(hostile\.ts:7\)$/))
    await assert.rejects(act(host, 'throws nothing'), refusal('sandbox/module-threw', /^threw undefined$/))
    await assert.rejects(act(host, 'no such act'), refusal('sandbox/module-threw'))
    assert.deepEqual(await act(host, 'works'), { score: 1, why: 'call 2' })
  })

  for (const hang of ['hangs', 'waits for ever']) {
    it(`kills a module that ${hang}; calls behind it get a fresh process`, async () => {
      const host = open('hostile.ts', HOSTILE)
      await act(host, 'works')
      const hung = act(host, hang, 0.2)
      const behind = act(host, 'works')
      await assert.rejects(hung, refusal('sandbox/deadline'))
      assert.deepEqual(await behind, { score: 1, why: 'call 1' })
    })
  }

  for (const death of ['exits', 'kills', 'rejects unhandled']) {
    it(`survives a module that ${death}`, async () => {
      const host = open('hostile.ts', HOSTILE)
      await assert.rejects(act(host, death), refusal('sandbox/died'))
      assert.deepEqual(await act(host, 'works'), { score: 1, why: 'call 1' })
    })
  }

  it('survives a module that breaks into the protocol: it costs its own calls', async () => {
    const host = open('hostile.ts', HOSTILE)
    await Promise.allSettled([act(host, 'forges an answer', 2), act(host, 'works', 2)])
    host.close()
    const fresh = open('hostile.ts', HOSTILE)
    assert.deepEqual(await act(fresh, 'works'), { score: 1, why: 'call 1' })
  })

  it('survives a module that fills its heap', async () => {
    const host = open('hostile.ts', HOSTILE, { heapMegabytes: 64 })
    await assert.rejects(act(host, 'allocates', 60), refusal('sandbox/died'))
    assert.deepEqual(await act(host, 'works'), { score: 1, why: 'call 1' })
  })

  it('kills a module whose answer is too long', async () => {
    const host = open('hostile.ts', HOSTILE, { answerBytes: 100_000 })
    await assert.rejects(act(host, 'answers too much'), refusal('sandbox/died'))
  })

  it('is not confused by what the module prints', async () => {
    const host = open('hostile.ts', HOSTILE)
    assert.deepEqual(await act(host, 'prints garbage'), { score: 1, why: 'printed' })
    assert.deepEqual(await act(host, 'works'), { score: 1, why: 'call 1' })
  })

  it('hands no secret of its environment on', async () => {
    process.env[SECRET] = 'hunter2'
    try {
      const answer = (await act(open('hostile.ts', HOSTILE), 'looks for secrets')) as { why: string }
      assert.ok(!answer.why.includes('hunter2') && !answer.why.includes('NODE_OPTIONS') && answer.why.includes('PATH'))
    } finally {
      delete process.env[SECRET]
    }
  })

  it('has an answer that is no JSON fail that call alone', async () => {
    const host = open('hostile.ts', HOSTILE)
    await assert.rejects(act(host, 'cycles', 2))
    assert.deepEqual(await act(host, 'works'), { score: 1, why: 'call 1' })
  })

  const unloadable: Record<string, [source: string, message: RegExp]> = {
    'has a syntax error': [`export const reward = {`, /^Error transforming \S+bad\.ts: /],
    'throws at the top': [`\nthrow new Error('at the top')`, /^at the top \(bad\.ts:2\)$/],
    'imports a package': [`import 'zod'`, /cannot import "zod"/],
    'imports an absolute path': [`await import('/etc/hostname')`, /cannot import/],
    'imports a data URL': [`await import('data:text/javascript,1')`, /cannot import/],
    'imports by a computed path': [`await import('./ty' + 'ped.ts')`, /cannot import/]
  }
  for (const [what, [source, message]] of Object.entries(unloadable)) {
    it(`refuses a module that ${what}`, async () => {
      await assert.rejects(act(open('bad.ts', source), ''), refusal('sandbox/module-threw', message))
    })
  }

  it('gives up on a module that hangs while it loads', async () => {
    await assert.rejects(act(open('endless.ts', 'for (;;) {}', { startSeconds: 2 }), ''), refusal('sandbox/deadline'))
  })

  it('leaves no hanging module behind when the trainer is killed', async () => {
    const module = workspace.write('orphan.ts', `export const reward = { score: (act: string) => { while (act === 'hang'); return { score: 1, why: String(process.pid) } } }`)
    const trainer = spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('dyingTrainer.fixture.ts', import.meta.url)), module, workspace.folder])
    const pid = Number(trainer.stdout.toString())
    assert.ok(pid > 0, trainer.stderr.toString())
    while (isAlive(pid)) await setTimeout(50)
  })

  it('stops at once when cancelled or closed', async () => {
    const host = open('hostile.ts', HOSTILE)
    await act(host, 'works')
    const controller = new AbortController()
    const cancelled = host.call('reward.score', [{ completion: 'hangs' }, {}], { seconds: 1000, signal: controller.signal })
    setImmediate(() => controller.abort())
    await assert.rejects(cancelled, refusal('sandbox/cancelled'))
    const hung = act(host, 'hangs', 1000)
    setImmediate(() => host.close())
    await assert.rejects(hung)
    await assert.rejects(act(host, 'works'), refusal('sandbox/cancelled'))
  })
})
