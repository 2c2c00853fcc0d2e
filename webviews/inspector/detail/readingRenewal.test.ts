import assert from 'node:assert/strict'
import { mock } from 'node:test'
import type { Connection } from '../inspectorModel.ts'
import type { DetailReading } from './detailReading.ts'
import { ReadingRenewal } from './readingRenewal.ts'

describe('what is read while its step goes on', () => {
  let asked: string[]
  let changed: (run: string) => Promise<void>
  let renewal: ReadingRenewal
  let unfinished: boolean
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] })
    asked = []
    unfinished = true
    const reading = { run: '/r', get isUnfinished() { return unfinished }, renew: () => Promise.resolve(void asked.push('again')) }
    let tell = (_: unknown): void => undefined
    const connection = { on: (_: string, told: (change: unknown) => void) => ((tell = told), () => undefined) }
    const host = { addController: () => undefined, removeController: () => undefined, requestUpdate: () => void asked.push('drawn'), updateComplete: Promise.resolve(true), updateRecorded: () => void asked.push('update') }
    renewal = new ReadingRenewal(host, reading as unknown as DetailReading, () => connection as unknown as Connection)
    renewal.hostConnected()
    changed = async (run) => {
      tell({ run, what: ['rollouts'] })
      mock.timers.tick(1000)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
  afterEach(() => {
    renewal.hostDisconnected()
    mock.timers.reset()
  })

  it('is read again until its step is weighed; then its update is looked for once', async () => {
    renewal.opened()
    await changed('/other')
    await changed('/r')
    assert.deepEqual(asked, ['again', 'drawn'])
    unfinished = false
    await changed('/r')
    await changed('/r')
    assert.deepEqual(asked, ['again', 'drawn', 'update'])
    renewal.opened()
    await changed('/r')
    assert.deepEqual(asked.slice(3), ['update'])
  })
})
