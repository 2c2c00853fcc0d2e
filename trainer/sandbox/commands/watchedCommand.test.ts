import assert from 'node:assert/strict'
import { LabError } from '../../errors.ts'
import { Limits } from '../../protocol/execution.ts'
import type { CommandOutcome } from '../sandbox.ts'
import { descendants } from './processTree.ts'
import { runWatched } from './watchedCommand.ts'
import type { WatchedCommand } from './watchedCommand.ts'

const posix = process.platform === 'win32' ? describe.skip : describe

posix('runWatched', () => {
  const node = (program: string, limits: Partial<Limits> = {}, more: Partial<WatchedCommand> = {}, signal?: AbortSignal): Promise<CommandOutcome> =>
    runWatched({ command: [process.execPath, '-e', program], environment: {}, limits: Limits.parse({ wallSeconds: 30, ...limits }), started: () => true, ...more }, signal)

  it('tells code, output and report apart', async () => {
    const outcome = await node('console.log("out"); console.error("err"); require("fs").writeSync(3, "report"); process.exitCode = 3')
    const { code, ended, stdout, stderr, report, outputCut, limitsHit } = outcome
    assert.deepEqual({ code, ended, stdout, stderr, report, outputCut, limitsHit }, { code: 3, ended: 'exit', stdout: 'out\n', stderr: 'err\n', report: 'report', outputCut: false, limitsHit: [] })
    assert.ok(outcome.seconds > 0)
  })

  it('gives the filter on its descriptor', async () => {
    const { stdout } = await node('console.log(require("fs").readFileSync(4, "utf8"))', {}, { filter: Buffer.from('filter') })
    assert.equal(stdout, 'filter\n')
  })

  it('ends what takes too long, writes too much or uses too much', async () => {
    const late = await node('setInterval(() => 0, 1000)', { wallSeconds: 0.3 })
    assert.deepEqual([late.ended, late.code, late.limitsHit], ['timeout', null, ['wallSeconds']])
    const loud = await node('for (;;) require("fs").writeSync(1, "x".repeat(1000))', { outputBytes: 5000 })
    assert.deepEqual([loud.ended, loud.code, loud.outputCut, loud.stdout.length, loud.limitsHit], ['outputLimit', null, true, 5000, ['outputBytes']])
    if (process.platform !== 'linux') return
    const wrapped = (program: string): Partial<WatchedCommand> => ({ command: ['/bin/sh', '-c', '"$0" "$@"; true', process.execPath, '-e', program] })
    const large = await node('', { memoryMegabytes: 100 }, wrapped('const kept = Buffer.alloc(300 << 20, 1); setInterval(() => kept.length, 1000)'))
    assert.deepEqual([large.ended, large.limitsHit], ['memory', ['memoryMegabytes']])
    const busy = await node('', { cpuSeconds: 0.3 }, wrapped('for (;;) {}'))
    assert.deepEqual([busy.ended, busy.limitsHit], ['timeout', ['cpuSeconds']])
  })

  it('tells one that was killed from one that ended', async () => {
    const { ended, code } = await node('process.kill(process.pid, "SIGKILL")')
    assert.deepEqual([ended, code], ['killed', null])
  })

  it('is cancelled, and then leaves nothing', async () => {
    const stop = new AbortController()
    const before = process.platform === 'linux' ? descendants(process.pid) : []
    const running = node('setInterval(() => 0, 1000)', {}, {}, stop.signal)
    setTimeout(() => stop.abort(), 100)
    await assert.rejects(running, (error) => LabError.is(error, 'sandbox/cancelled'))
    if (process.platform === 'linux') assert.deepEqual(descendants(process.pid), before)
    await assert.rejects(node('', {}, {}, stop.signal), (error) => LabError.is(error, 'sandbox/cancelled'))
    await assert.rejects(node('setInterval(() => 0, 1000)', {}, {}, AbortSignal.timeout(50)), (error) => LabError.is(error, 'sandbox/infrastructure'))
  })

  it('throws where the sandbox itself did not start', async () => {
    const fault = (message: RegExp) => (error: unknown) => LabError.is(error, 'sandbox/infrastructure') && message.test(error.message)
    await assert.rejects(node('', {}, { command: ['/no/such/program'] }), fault(/ENOENT/))
    await assert.rejects(node('console.error("no namespaces here"); process.exitCode = 1', {}, { started: (status) => status.includes('started') }), fault(/no namespaces here/))
    assert.equal((await node('require("fs").writeSync(5, "started")', {}, { started: (status) => status.includes('started') })).code, 0)
  })
})
