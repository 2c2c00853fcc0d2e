import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPresence } from './presence.ts'

const block = (milliseconds: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)

describe('whether anybody sits at the window', () => {
  let told: boolean[]
  beforeEach(() => (told = []))
  const presence = (askWindow: () => PromiseLike<unknown>): ReturnType<typeof createPresence> => createPresence(askWindow, (present) => told.push(present), 20)

  it('is told where no answer comes, and again when one does', async () => {
    let answer = (): void => undefined
    presence(() => new Promise<void>((resolve) => (answer = resolve))).check()
    await sleep(60)
    assert.deepEqual(told, [false])
    answer()
    await sleep(0)
    assert.deepEqual(told, [false, true])
  })

  it('is told where the window refuses to answer', async () => {
    presence(() => Promise.reject(new Error('closing'))).check()
    await sleep(0)
    assert.deepEqual(told, [false])
  })

  it('is not missed by an extension host that was blocked while the answer came', async () => {
    const answered = { times: 0 }
    presence(() => stat('.').then(() => answered.times++)).check()
    block(100)
    await sleep(60)
    assert.deepEqual([told, answered.times], [[], 1])
  })

  it('is told again to who asks while nobody is there', async () => {
    const { check } = presence(() => new Promise(() => undefined))
    check()
    await sleep(60)
    check()
    assert.deepEqual(told, [false, false])
  })
})
