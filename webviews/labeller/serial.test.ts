import assert from 'node:assert/strict'
import { Serial } from './serial.ts'

describe('work in series', () => {
  it('is done in the order in which it was asked for, whatever fails', async () => {
    const done: string[] = []
    const serial = new Serial((error) => done.push(String(error)))
    let release = (): void => undefined
    const first = serial.run(() => new Promise<void>((resolve) => (release = resolve)).then(() => void done.push('first')))
    const second = serial.run(() => Promise.reject('second'))
    const third = serial.run(() => void done.push('third'))
    await new Promise(setImmediate)
    assert.deepEqual([done, serial.busy], [[], true])
    release()
    await Promise.all([first, second, third])
    assert.deepEqual([done, serial.busy], [['first', 'second', 'third'], false])
  })
})
