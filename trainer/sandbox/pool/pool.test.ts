import assert from 'node:assert/strict'
import { LabError } from '../../errors.ts'
import { createPool } from './pool.ts'
import type { Pool, PoolOptions } from './pool.ts'
import type { PoolWorker } from './worker.ts'

/** A worker without a process. */
class FakeWorker implements PoolWorker {
  readonly ended: Promise<void>
  reusable = true
  killed = 0
  #end: () => void = () => undefined

  readonly id: number

  constructor(id: number) {
    this.id = id
    this.ended = new Promise((resolve) => { this.#end = resolve })
  }

  die(): void {
    this.#end()
  }

  async kill(): Promise<void> {
    this.killed++
    this.#end()
  }
}

const never = (): Promise<never> => new Promise(() => undefined)
const refusal = (code: string, message = /./) => (error: unknown) => LabError.is(error, code) && message.test(error.message)
const gate = (): { readonly opened: Promise<void>; open(): void } => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => { open = resolve })
  return { opened, open: () => open() }
}

describe('createPool', () => {
  let workers: FakeWorker[] = []
  let pool: Pool<FakeWorker>
  const make = (options: Partial<PoolOptions<FakeWorker>> = {}): Pool<FakeWorker> => {
    workers = []
    const start = async (): Promise<FakeWorker> => {
      const worker = new FakeWorker(workers.length)
      workers.push(worker)
      return worker
    }
    pool = createPool({ size: 2, start, queueLimit: 10, ...options })
    return pool
  }
  const id = async ({ id }: FakeWorker): Promise<number> => id
  afterEach(() => pool.close())

  it('starts its workers once it is used, all of them, and uses them again', async () => {
    make({ size: 3 })
    assert.equal(workers.length, 0)
    for (let i = 0; i < 5; i++) await pool.use(id, { seconds: 9 })
    assert.equal(workers.length, 3)
  })

  it('serves first come, first served, and tells how long each waited', async () => {
    make({ size: 1 })
    const order: number[] = []
    const { opened, open } = gate()
    const now = (): number => performance.now() / 1000
    const waits = [0, 1, 2, 3].map((i) => {
      const times = { before: now(), asked: 0, started: 0, ended: 0 }
      const serving = pool.use(async () => {
        times.started = now()
        if (i === 0) await opened
        order.push(i)
        times.ended = now()
      }, { seconds: 9 })
      times.asked = now()
      return { serving, times }
    })
    open()
    const served = await Promise.all(waits.map(({ serving }) => serving))
    assert.deepEqual(order, [0, 1, 2, 3])
    // Measured from outside, so that it holds whatever the machine did in between.
    served.forEach(({ queueSeconds }, i) => {
      const { before, asked, started } = waits[i]!.times
      assert.ok(queueSeconds <= started - before + 1e-6)
      assert.ok(queueSeconds >= (waits[i - 1]?.times.ended ?? 0) - asked - 1e-6)
    })
  })

  it('never gives one worker to two', async () => {
    make({ size: 3, queueLimit: 100 })
    const held = new Set<number>()
    await Promise.all(Array.from({ length: 60 }, () => pool.use(async ({ id }) => {
      assert.ok(!held.has(id))
      held.add(id)
      await new Promise(setImmediate)
      held.delete(id)
    }, { seconds: 9 })))
    assert.equal(workers.length, 3)
  })

  it('replaces a worker that says it is used up', async () => {
    make({ size: 1 })
    const ids = []
    for (let i = 0; i < 3; i++) ids.push((await pool.use(async (worker) => { worker.reusable = false; return worker.id }, { seconds: 9 })).value)
    assert.deepEqual(ids, [0, 1, 2])
    assert.deepEqual(workers.slice(0, 3).map(({ killed }) => killed), [1, 1, 1])
  })

  it('kills and replaces a worker that hangs, while the others go on', async () => {
    make()
    const hung = pool.use(never, { seconds: 0.05 })
    const others = Array.from({ length: 5 }, () => pool.use(id, { seconds: 9 }))
    assert.equal(new Set((await Promise.all(others)).map(({ value }) => value)).size, 1)
    await assert.rejects(hung, refusal('sandbox/deadline', /0\.05 s/))
    assert.equal(workers.filter(({ killed }) => killed > 0).length, 1)
    assert.equal(workers.length, 3)
  })

  it('tells that a worker died under a candidate, unless the work itself knows better', async () => {
    make()
    await assert.rejects(pool.use((worker) => { worker.die(); return never() }, { seconds: 9 }), refusal('sandbox/worker-died'))
    const { value } = await pool.use(async (worker) => { worker.die(); await worker.ended; return 'no result' }, { seconds: 9 })
    assert.equal(value, 'no result')
    assert.notEqual((await pool.use(id, { seconds: 9 })).value, 0)
  })

  it('replaces one that died while it was free', async () => {
    make({ size: 1 })
    await pool.use(id, { seconds: 9 })
    workers[0]!.die()
    await workers[0]!.ended
    assert.equal((await pool.use(id, { seconds: 9 })).value, 1)
  })

  it('passes on what the work throws, and replaces the worker, which may be in the middle of something', async () => {
    make({ size: 1 })
    await assert.rejects(pool.use(() => Promise.reject(new Error('lost')), { seconds: 9 }), /lost/)
    assert.equal((await pool.use(id, { seconds: 9 })).value, 1)
  })

  it('refuses more than may wait', async () => {
    make({ size: 1, queueLimit: 2 })
    const { opened, open } = gate()
    const served = [0, 1].map(() => pool.use(() => opened, { seconds: 9 }))
    await assert.rejects(pool.use(id, { seconds: 9 }), refusal('sandbox/infrastructure', /2 candidates are waiting/))
    open()
    await Promise.all(served)
    assert.equal((await pool.use(id, { seconds: 9 })).value, 0)
  })

  it('tells a cancellation from the deadline of a batch, waiting or being served', async () => {
    make({ size: 1 })
    const stop = new AbortController()
    const [served, waiting] = [pool.use(never, { seconds: 9, signal: stop.signal }), pool.use(id, { seconds: 9, signal: stop.signal })]
    stop.abort()
    await assert.rejects(waiting, refusal('sandbox/cancelled'))
    await assert.rejects(served, refusal('sandbox/cancelled'))
    await assert.rejects(pool.use(never, { seconds: 9, signal: AbortSignal.timeout(20) }), refusal('sandbox/infrastructure', /batch/))
    assert.ok((await pool.use(id, { seconds: 9 })).value > 0)
  })

  it('tries again where a worker does not start, and tells those who wait when it goes on', async () => {
    let starts = 0
    const failing = { value: 2 }
    make({ size: 1, start: async () => {
      starts++
      if (failing.value-- > 0) throw new Error('no memory')
      return new FakeWorker(starts)
    } })
    assert.equal((await pool.use(id, { seconds: 9 })).value, 3)
    await pool.close()
    make({ size: 1, start: () => Promise.reject(new Error('no memory')) })
    await assert.rejects(pool.use(id, { seconds: 9 }), refusal('sandbox/infrastructure', /no memory/))
  })

  it('refuses who is being served when it closes', async () => {
    make({ size: 1 })
    const served = assert.rejects(pool.use(never, { seconds: 9 }), refusal('sandbox/cancelled'))
    await new Promise(setImmediate)
    await pool.close()
    await served
    assert.equal(workers[0]?.killed, 1)
  })

  it('leaves no worker when it closes, also none that was being started', async () => {
    const { opened, open } = gate()
    let last: FakeWorker | undefined
    make({ size: 1, start: async () => { await opened; return (last = new FakeWorker(7)) } })
    const waiting = assert.rejects(pool.use(id, { seconds: 9 }), refusal('sandbox/cancelled'))
    const closing = pool.close()
    open()
    await Promise.all([waiting, closing])
    assert.equal(last?.killed, 1)
    await assert.rejects(pool.use(id, { seconds: 9 }), refusal('sandbox/cancelled'))
  })
})
