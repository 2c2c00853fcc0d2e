import assert from 'node:assert/strict'
import { orCancelled } from '../trainers/cancelledStart.ts'
import { slowStart } from './slowStart.ts'

const never = (): Promise<never> => new Promise(() => undefined)

describe('a start that takes long', () => {
  it('is shown until it has settled', async () => {
    let finish: ((what: string) => void) | undefined
    let isOver: Promise<unknown> | undefined
    const started = slowStart(() => new Promise<string>((resolve) => (finish = resolve)), (_, settled) => {
      isOver = settled
      finish?.('/runs/a')
    }, 0)
    assert.equal(await started, '/runs/a')
    assert.equal(await isOver, undefined)
  })

  it('is cancelled where people say so, which is no error', async () => {
    assert.equal(await slowStart((signal) => orCancelled(never(), signal), (cancel) => cancel(), 0), undefined)
  })

  it('fails as it fails, and where another window cancelled it', async () => {
    await assert.rejects(slowStart(async () => { throw new Error('No run file.') }, () => undefined), /No run file/)
    await assert.rejects(slowStart(() => orCancelled(never(), AbortSignal.abort()), () => undefined), /The start was cancelled/)
  })

  it('is not shown where it is over before', async () => {
    assert.equal(await slowStart(async () => 'at once', () => assert.fail('shown'), 1e6), 'at once')
  })
})

describe('work that can be cancelled', () => {
  it('ends what it has begun, once, and tells of nothing that comes of it later', async () => {
    let ended = 0
    const abort = new AbortController()
    const work = orCancelled(Promise.reject(new Error('late')), AbortSignal.abort(), () => ended++)
    await assert.rejects(work, /cancelled/)
    await assert.doesNotReject(orCancelled(Promise.resolve(1), abort.signal, () => ended++))
    abort.abort()
    assert.equal(ended, 1)
  })
})
