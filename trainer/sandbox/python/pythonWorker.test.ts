import assert from 'node:assert/strict'
import { LabError } from '../../errors.ts'
import { Limits } from '../../protocol/execution.ts'
import type { ExecutionRequest } from '../sandbox.ts'
import { PythonWorker } from './pythonWorker.ts'
import type { WorkerLaunch } from './pythonWorker.ts'

/** A worker that is no Python: says that it is ready, then does what `serve` says with each whole request of one call. */
const fake = (serve: string): string => `
const say = (value) => {
  const text = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  const header = Buffer.alloc(4)
  header.writeUInt32LE(text.length)
  process.stdout.write(Buffer.concat([header, text]))
}
const outcome = { calls: [{ answer: '{"ended":"value","value":7}', end: null, stdout: '', stderr: '', outputCut: false, seconds: 0 }], sightings: [], limitsHit: [], cpuSeconds: 0, peakMegabytes: 0 }
say({ ready: true })
process.stdin.on('data', () => { ${serve} })
`
const REQUEST: ExecutionRequest = { language: 'python', files: [{ path: 'a.py', text: '' }], calls: [{ style: 'call', function: 'f', args: [] }], limits: Limits.parse({}) }
const infrastructure = (message: RegExp) => (error: unknown) => LabError.is(error, 'sandbox/infrastructure') && message.test(error.message)

describe('PythonWorker', () => {
  const started: PythonWorker[] = []
  const start = async (program: string, launch: Partial<WorkerLaunch> = {}): Promise<PythonWorker> => {
    const worker = await PythonWorker.start({ command: [process.execPath, '-e', program], environment: {}, reusable: true, ...launch })
    started.push(worker)
    return worker
  }
  afterEach(() => Promise.all(started.splice(0).map((worker) => worker.kill())))

  it('serves one after another, or one where it is not to be used again', async () => {
    const worker = await start(fake('say(outcome)'))
    for (let i = 0; i < 3; i++) assert.deepEqual((await worker.serve(REQUEST)).calls[0]!.end, { ended: 'value', value: 7 })
    assert.equal(worker.reusable, true)
    const once = await start(fake('say(outcome)'), { reusable: false })
    assert.equal(once.reusable, true)
    await once.serve(REQUEST)
    assert.equal(once.reusable, false)
  })

  it('tells why it did not start', async () => {
    await assert.rejects(start('console.error("bwrap: no namespaces"); process.exitCode = 1'), infrastructure(/bwrap: no namespaces/))
    await assert.rejects(start('', { command: ['/no/such/program'] }), infrastructure(/ENOENT/))
  })

  it('takes its end for the machine’s failure, or for the candidate’s doing where that can be', async () => {
    const dying = fake('console.error("killed"); process.exit(1)')
    await assert.rejects((await start(dying)).serve(REQUEST), infrastructure(/killed/))
    const { calls, sightings } = await (await start(dying, { deathIsTheCandidates: true })).serve(REQUEST)
    assert.deepEqual([calls[0]!.end.ended, sightings[0]!.kind], ['noResult', 'earlyExit'])
  })

  it('is not used again once it spoke nonsense', async () => {
    for (const nonsense of ["'no json'", '{ calls: [] }', '{ ...outcome, calls: [] }']) {
      const worker = await start(fake(`say(${nonsense})`))
      await assert.rejects(worker.serve(REQUEST), infrastructure(/told/))
      assert.equal(worker.reusable, false, nonsense)
    }
  })

  it('is killed with what it started, and cleaned up after once', async () => {
    let cleaned = 0
    const worker = await start(fake(''), { cleanUp: async () => void cleaned++ })
    const served = assert.rejects(worker.serve(REQUEST), infrastructure(/ended/))
    await Promise.all([worker.kill(), worker.kill()])
    await served
    assert.equal(cleaned, 1)
    assert.throws(() => process.kill(worker.pid!, 0), { code: 'ESRCH' })
  })
})
